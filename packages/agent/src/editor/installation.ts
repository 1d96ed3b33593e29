/** Which editor this host has: one that Berth brought, else one on the login PATH. */
import { execFile } from 'node:child_process';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { isProgram } from '@berth/shared/files/is-program';
import type { EditorPrograms, InstalledEditor } from '../sessions/editor-port.ts';
import { type EditorProgram, PROGRAMS } from './programs.ts';

export interface InstallationOptions {
  readonly home: string;
  /** Path of a program on the login PATH; null where it is not there. */
  readonly find: (program: string) => Promise<string | null>;
  /** Of the user's login. */
  readonly variables: () => Promise<Readonly<Record<string, string>>>;
}

/** A found program, and how it is run. */
export interface FoundEditor extends InstalledEditor {
  readonly spoken: EditorProgram;
  /** What comes before its arguments. */
  readonly command: readonly string[];
}

const VERSION_MS = 10_000;

/** As EditorPrograms, for those who run it too. */
export interface Installation extends EditorPrograms {
  find(): Promise<FoundEditor | null>;
}

export function createInstallation({ home, find, variables }: InstallationOptions): Installation {
  const installDirectory = path.join(home, '.local/share/berth/code-server');
  /** Asking a program for its version takes a quarter of a second. */
  const versions = new Map<string, string>();

  /** Throws EDITOR_FAILED where it does not run, or says something else. */
  async function versionOf(command: readonly string[], spoken: EditorProgram): Promise<string> {
    const [program = '', ...args] = command;
    const seen = await stat(command.at(-1) ?? program);
    const key = `${command.join(' ')} ${seen.ino} ${seen.mtimeMs}`;
    const known = versions.get(key);
    if (known !== undefined) return known;
    // It would make itself a configuration of the user's.
    const env = { ...(await variables()), CODE_SERVER_CONFIG: '/dev/null' };
    const asked = promisify(execFile)(program, [...args, '--version'], { timeout: VERSION_MS, env });
    const { stdout } = await asked.catch(async (error: unknown) => {
      const foreign = (await machineOf(program)) !== (await machineOf(process.execPath));
      throw broken(spoken, command, foreign ? 'it is for another kind of machine' : whyNot(error as Failed));
    });
    const version = spoken.version(stdout);
    if (version === '') throw broken(spoken, command, 'it does not tell its version');
    versions.set(key, version);
    return version;
  }

  async function described(file: string, spoken: EditorProgram): Promise<FoundEditor> {
    // One that brings its own Node runs by that, whatever the host has.
    const node = path.join(path.dirname(file), 'node');
    const command = (await isProgram(node)) ? [node, await realpath(file)] : [file];
    const { program, healthPath } = spoken;
    return {
      ...{ program, healthPath, path: file, spoken, command },
      version: await versionOf(command, spoken),
      serve: (place, directory) => [...command, ...spoken.serve(place, directory)],
    };
  }

  /** The newest version that is there as a whole: directories get their names when they are. */
  async function brought(): Promise<string | null> {
    const names = await readdir(installDirectory).catch(() => []);
    const ordered = names.filter((name) => /^\d/.test(name)).sort(byVersion);
    for (const name of ordered.reverse()) {
      const file = path.join(installDirectory, name, 'bin/code-server');
      if (await isProgram(file)) return file;
    }
    return null;
  }

  return {
    installDirectory,
    async find() {
      for (const spoken of PROGRAMS) {
        const own = spoken.program === 'code-server' ? await brought() : null;
        const file = own ?? (await find(spoken.program));
        if (file !== null) return await described(file, spoken);
      }
      return null;
    },
  };
}

/** 4.9.0 before 4.139.1. */
function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Of a program in ELF, as its header has it; that of this agent for a script. */
async function machineOf(program: string): Promise<number> {
  await using file = await open(program);
  const { buffer } = await file.read({ buffer: Buffer.alloc(20), position: 0 });
  return buffer.toString('latin1', 0, 4) === '\x7fELF'
    ? buffer.readUInt16LE(18)
    : machineOf(process.execPath);
}

/** As execFile fails. */
interface Failed extends Error {
  readonly stderr?: string;
  readonly killed?: boolean;
}

function whyNot({ message, stderr = '', killed }: Failed): string {
  if (killed) return `it does not tell its version within ${VERSION_MS / 1000} s`;
  const lines = stderr.trim().split('\n');
  // The first line of an error says more than the stack below it.
  return lines.find((line) => /error/i.test(line)) || lines.at(-1) || message.split('\n')[0] || '';
}

/** An installation that was broken since, or of another kind of machine. */
function broken({ program }: EditorProgram, command: readonly string[], why: string): BerthError {
  const message = oneLine(`${program} does not run on this host (${command.at(-1)}): ${why}`);
  return new BerthError('EDITOR_FAILED', message, { hint: 'bring it anew: berth host code install HOST' });
}
