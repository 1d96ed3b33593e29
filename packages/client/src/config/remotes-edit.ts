/** Changes to remotes.yaml that leave comments, order and everything else as they were. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { type Document, parseDocument, YAMLMap, YAMLSeq } from 'yaml';
import type { HostConfig } from './remotes.ts';
import { parseRemotes } from './remotes-schema.ts';

/** Adds the host, or changes the fields of the one with its name that are other now. */
export function putRemote(file: string, host: HostConfig): void {
  edit(file, (document) => {
    const list = listOf(document);
    const fields = fieldsOf(host);
    const known = list.items.find((item) => nameOf(item) === host.name);
    if (known instanceof YAMLMap) {
      for (const [key, value] of Object.entries(fields)) {
        if (JSON.stringify(plain(known.get(key))) !== JSON.stringify(value)) {
          known.set(key, document.createNode(value));
        }
      }
    } else list.add(document.createNode(fields));
  });
}

/** False where there is no such host. */
export function removeRemote(file: string, name: string): boolean {
  if (!existsSync(file)) return false;
  let found = false;
  edit(file, (document) => {
    const list = listOf(document);
    const at = list.items.findIndex((item) => nameOf(item) === name);
    found = at !== -1;
    if (found) list.delete(at);
  });
  return found;
}

/** The file as it would be is checked before it takes the place of the one that is there. */
function edit(file: string, change: (document: Document) => void): void {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (before !== '') parseRemotes(file);
  const document = parseDocument(before);
  change(document);
  const text = document.toString({ lineWidth: 0 });
  if (text === before) return;
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
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
  const { name, host: address, user, port, key, jumpHost, size, region, labels, scope } = host;
  const all = {
    name,
    host: address,
    user,
    port,
    key,
    jump_host: jumpHost,
    size,
    region,
    labels: Object.keys(labels).length > 0 ? labels : undefined,
    scope: scope === 'system' ? scope : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
