/** Changes to remotes.yaml that leave comments, order and everything else as they were. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { type Document, parseDocument, YAMLMap, YAMLSeq } from 'yaml';
import type { HostConfig } from './remotes.ts';
import { parseRemotes } from './remotes-schema.ts';
import { appendItem, removeItem, type Splice, says, setField, spliced } from './yaml-splice.ts';

/** Adds the host, or changes the fields of the one with its name that are other now. */
export function putRemote(file: string, host: HostConfig): void {
  edit(file, (document, text) => {
    const list = listOf(document);
    const fields = fieldsOf(host);
    const known = list.items.find((item) => nameOf(item) === host.name);
    if (!(known instanceof YAMLMap)) {
      const splice = appendItem(text, list, fields);
      if (list.items.length === 0) list.flow = false;
      list.add(document.createNode(fields));
      return [splice];
    }
    const other = Object.entries(fields).filter(
      ([key, value]) => JSON.stringify(plain(known.get(key))) !== JSON.stringify(value),
    );
    const splices = other.map((field) => setField(text, known, field));
    for (const [key, value] of other) known.set(key, document.createNode(value));
    return splices;
  });
}

/** False where there is no such host. */
export function removeRemote(file: string, name: string): boolean {
  if (!existsSync(file)) return false;
  let found = false;
  edit(file, (document, text) => {
    const list = listOf(document);
    const at = list.items.findIndex((item) => nameOf(item) === name);
    found = at !== -1;
    if (!found) return [];
    const splice = removeItem(text, list, at);
    list.delete(at);
    return [splice];
  });
  return found;
}

/**
 * A change is made to the document, and told as splices of its text; null: it takes a new text.
 * The file as it would be is checked before it takes the place of the one that is there.
 */
function edit(file: string, change: (document: Document, text: string) => readonly (Splice | null)[]): void {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (before !== '') parseRemotes(file);
  const document = parseDocument(before);
  const splices = change(document, before);
  if (splices.length === 0) return;
  const known = splices.filter((splice) => splice !== null);
  const kept = known.length === splices.length ? spliced(before, known) : null;
  const exact = kept !== null && says(kept, document, parseDocument);
  const text = exact ? kept : document.toString({ lineWidth: 0 });
  makeDirectory(path.dirname(file));
  const next = `${file}.${process.pid}.new`;
  writeFileSync(next, text, { mode: 0o600 });
  parseRemotes(next);
  renameSync(next, file);
}

function listOf(document: Document): YAMLSeq {
  if (document.contents === null || !(document.contents instanceof YAMLMap)) {
    document.contents = document.createNode({}) as unknown as typeof document.contents;
  }
  const found = document.get('remotes');
  if (found instanceof YAMLSeq) return found;
  if (found !== null && found !== undefined) throw new BerthError('CONFIG_INVALID', 'remotes must be a list');
  const list = new YAMLSeq();
  document.set('remotes', list);
  return list;
}

function nameOf(item: unknown): unknown {
  return item instanceof YAMLMap ? item.get('name') : undefined;
}

function plain(value: unknown): unknown {
  return value instanceof YAMLMap ? value.toJSON() : value;
}

/** In the order in which people write them; what is usual is left out. */
function fieldsOf(host: HostConfig): Record<string, unknown> {
  const { name, host: address, user, port, key, jumpHost, size, region, price, pool, labels } = host;
  const { provider, scope } = host;
  const all = {
    name,
    host: address,
    user,
    port,
    key,
    jump_host: jumpHost,
    size,
    region,
    price,
    provider,
    pool,
    labels: Object.keys(labels).length > 0 ? labels : undefined,
    scope: scope === 'system' ? scope : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
