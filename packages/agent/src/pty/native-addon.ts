/**
 * Native addons of an agent that is one executable file. Only files can be loaded, so the addon is
 * unpacked once, under a name that tells its content, into a directory that is the user's alone.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { embedded } from '../executable.ts';
import { privateDirectory, runtimeDirectory } from '../runtime-directory.ts';

/**
 * Stands in for node-pty's own loader, in releases.
 * @public
 */
export function loadEmbeddedAddon(name: string): unknown {
  const content = embedded(name);
  if (!content) throw new Error(`${name} is not in this program`);
  const addon = { exports: {} };
  process.dlopen(addon, unpack({ name, content, directories: directories(process.env) }));
  return addon.exports;
}

/** The cache; the runtime directory where there is no home to write to. */
function directories(env: NodeJS.ProcessEnv): string[] {
  const cache = env.XDG_CACHE_HOME || path.join(env.HOME || homedir(), '.cache');
  return [path.join(cache, 'berth', 'native'), path.join(runtimeDirectory(env), 'native')];
}

export interface Unpacking {
  readonly name: string;
  readonly content: Uint8Array;
  /** Tried in this order. */
  readonly directories: readonly string[];
}

/** The path of a file with exactly this content. Throws what the last directory was refused for. */
export function unpack({ name, content, directories }: Unpacking): string {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 32);
  let refused: unknown = new Error('no directory to unpack to');
  for (const directory of directories) {
    try {
      makeDirectory(path.dirname(directory));
      const file = path.join(privateDirectory(directory), `${hash}-${name}`);
      if (!holds(file, content)) put(file, content);
      return file;
    } catch (error) {
      refused = error;
    }
  }
  throw refused;
}

/** The whole file is compared: it is small, and what is loaded runs as us. */
function holds(file: string, content: Uint8Array): boolean {
  try {
    return lstatSync(file).isFile() && readFileSync(file).equals(content);
  } catch {
    return false;
  }
}

/** Whole or not at all: another agent may be loading it. */
function put(file: string, content: Uint8Array): void {
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, content, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
