/**
 * Extensions that all sessions of a host share: installed once into a cache, and given to a session that
 * is new as links, with an index of its own. What a session then installs or removes is its own.
 */
import { execFile } from 'node:child_process';
import { chmod, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { makeDirectory } from '@berth/shared/files/make-directory';
import type { EditorExtensions } from '../sessions/editor-port.ts';
import type { FoundEditor } from './installation.ts';

export interface ExtensionsOptions {
  /** The cache. */
  readonly directory: string;
  /** Files NAME.vsix or NAME-VERSION.vsix, which are taken before the network is asked. */
  readonly packages: string;
  readonly find: () => Promise<FoundEditor | null>;
  readonly variables: () => Promise<Readonly<Record<string, string>>>;
  /** What one may take, in ms. */
  readonly installMs?: number;
}

/** An entry of the index that VS Code keeps beside its extensions (extensions.json); the rest is passed on. */
interface Entry {
  readonly identifier: { readonly id: string };
  readonly version: string;
  readonly relativeLocation: string;
}

const INDEX = 'extensions.json';
const INSTALL_MS = 30_000;
/** What could not be brought is not tried again for as long. */
const AGAIN_MS = 10 * 60_000;

export function createExtensions(options: ExtensionsOptions): EditorExtensions {
  const { directory, packages, installMs = INSTALL_MS } = options;
  /** With what it brings along. Each has its own: a program keeps one version of an extension in a directory. */
  const placeOf = (wanted: string) => path.join(directory, wanted.toLowerCase());
  const refused = new Map<string, { at: number; why: string }>();
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time: all of them write to the same cache. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  }

  async function install(wanted: string): Promise<void> {
    const found = await options.find();
    if (!found) throw new Error('no editor is installed');
    const [program = '', ...before] = found.command;
    const own = placeOf(wanted);
    const into = { extensions: own, userData: path.join(directory, '.data') };
    const args = [...before, ...found.spoken.install(into, (await packageOf(wanted)) ?? wanted)];
    // The program makes itself a configuration where it finds none.
    const env = { ...(await options.variables()), CODE_SERVER_CONFIG: '/dev/null' };
    const { stdout, stderr } = await promisify(execFile)(program, args, { timeout: installMs, env });
    const entries = await entriesIn(own);
    if (!entries.some((one) => fits(one, wanted)))
      throw new Error(`${stdout}${stderr}`.trim().split('\n').at(-1) || 'it is not there');
    for (const { relativeLocation } of entries) await lock(path.join(own, relativeLocation));
  }

  async function packageOf(wanted: string): Promise<string | null> {
    const [id = '', version] = wanted.toLowerCase().split('@');
    const names = (await readdir(packages).catch(() => [])).filter((name) => name.endsWith('.vsix'));
    const named = names.find((name) => {
      const stem = name.slice(0, -5).toLowerCase();
      if (version !== undefined) return stem === `${id}-${version}`;
      return stem === id || (stem.startsWith(`${id}-`) && /^\d/.test(stem.slice(id.length + 1)));
    });
    return named === undefined ? null : path.join(packages, named);
  }

  async function bring(wanted: string): Promise<string | null> {
    if ((await entriesIn(placeOf(wanted))).some((entry) => fits(entry, wanted))) return null;
    const before = refused.get(wanted);
    if (before && performance.now() - before.at < AGAIN_MS) return before.why;
    try {
      makeDirectory(placeOf(wanted));
      await install(wanted);
      return null;
    } catch (error) {
      const { stderr = '', killed } = error as { stderr?: string; killed?: boolean };
      const late = killed ? `it took longer than ${installMs / 1000} s` : '';
      const said = late || stderr.trim().split('\n').at(-1) || messageOf(error).split('\n')[0] || '';
      const why = oneLine(`extension ${wanted} could not be installed: ${said}`);
      refused.set(wanted, { at: performance.now(), why });
      return why;
    }
  }

  return {
    async list() {
      const places = await readdir(directory).catch(() => []);
      const all = await Promise.all(places.map((name) => entriesIn(path.join(directory, name))));
      const names = all.flat().map(({ identifier, version }) => `${identifier.id}@${version}`);
      return [...new Set(names)].sort();
    },

    async share(_editor, place, wanted) {
      const index = path.join(place.extensions, INDEX);
      const has = await readFile(index).catch(() => null);
      // It has had its share.
      if (has !== null) return [];
      const problems: string[] = [];
      for (const one of wanted) {
        const why = await alone(() => bring(one));
        if (why !== null) problems.push(why);
      }
      const entries = new Map<string, object>();
      for (const one of wanted) {
        const own = placeOf(one);
        for (const entry of await entriesIn(own)) {
          const { identifier, relativeLocation } = entry;
          // What two of them bring along is had once.
          if (entries.has(identifier.id.toLowerCase())) continue;
          const link = path.join(place.extensions, relativeLocation);
          await symlink(path.join(own, relativeLocation), link).catch((error: NodeJS.ErrnoException) => {
            if (error.code !== 'EEXIST') throw error;
          });
          const location = { $mid: 1, path: link, scheme: 'file' };
          entries.set(identifier.id.toLowerCase(), { ...entry, location });
        }
      }
      await writeFile(`${index}.new`, JSON.stringify([...entries.values()]), { mode: 0o600 });
      await rename(`${index}.new`, index);
      return problems;
    },
  };
}

/** Nothing where there is no index (yet), or none that can be read: what is missing is brought again. */
async function entriesIn(directory: string): Promise<Entry[]> {
  try {
    const entries: unknown = JSON.parse(await readFile(path.join(directory, INDEX), 'utf8'));
    return Array.isArray(entries) ? entries.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is Entry {
  const { identifier, version, relativeLocation } = (value ?? {}) as Partial<Entry>;
  const isName = typeof relativeLocation === 'string' && /^[^/\0]+$/.test(relativeLocation);
  return (
    typeof identifier?.id === 'string' &&
    typeof version === 'string' &&
    isName &&
    !relativeLocation.startsWith('.')
  );
}

function fits({ identifier, version }: Entry, wanted: string): boolean {
  const [id, exact] = wanted.split('@');
  return identifier.id.toLowerCase() === id?.toLowerCase() && (exact === undefined || exact === version);
}

/** Read-only: sessions share it. */
async function lock(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await chmod(path.join(entry.parentPath, entry.name), 0o444);
  }
}
