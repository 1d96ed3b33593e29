/** Which editor this host has: one that Berth brought, else one on the login PATH. */
import { execFile } from 'node:child_process';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
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

  async function versionOf(command: readonly string[], spoken: EditorProgram): Promise<string> {
    const [program = '', ...args] = command;
    const seen = await stat(command.at(-1) ?? program);
    const key = `${command.join(' ')} ${seen.ino} ${seen.mtimeMs}`;
    const known = versions.get(key);
    if (known !== undefined) return known;
    // It would make itself a configuration of the user's.
    const env = { ...(await variables()), CODE_SERVER_CONFIG: '/dev/null' };
    const { stdout } = await promisify(execFile)(program, [...args, '--version'], {
      timeout: VERSION_MS,
      env,
    });
    const version = spoken.version(stdout);
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
