/** Files of sessions' editors: user data beside the session, sockets and records in the runtime directory. */
import { chmod, lstat, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { MAX_SOCKET_PATH_BYTES } from '@berth/shared/domain/limits';
import { isSessionId } from '@berth/shared/domain/session-id';
import { oneLine } from '@berth/shared/domain/text';
import { orDiskFull } from '@berth/shared/files/disk-full';
import { makeDirectory } from '@berth/shared/files/make-directory';
import type { EditorFiles, EditorPlace, EditorRecord } from '../sessions/editor-port.ts';
import type { SessionPaths } from '../sessions/ports.ts';

export interface EditorFilesOptions {
  readonly paths: (sessionId: string) => SessionPaths;
  /** Private: a directory for each editor that runs. */
  readonly runtimeDirectory: string;
  /** Private, on tmpfs where the machine has one. */
  readonly secretDirectory: string;
  /** Changes with every boot of the machine. */
  readonly bootId: string;
}

const RECORD = 'record.json';
const WORDS_BYTES = 4096;
/**
 * Of an editor that is new, for who brought none: the files, nothing in front of them, light or dark as the
 * page around it.
 */
const SETTINGS = `{
  // Of this session alone. What new ones begin with: ~/.config/berth/code/settings.json on your own machine.
  "workbench.startupEditor": "none",
  "window.autoDetectColorScheme": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "extensions.autoUpdate": false
}
`;

export function createEditorFiles(options: EditorFilesOptions): EditorFiles {
  const { runtimeDirectory, secretDirectory, bootId } = options;

  function place(sessionId: string): EditorPlace {
    const session = options.paths(sessionId);
    const own = path.join(session.directory, 'editor');
    const runtime = path.join(runtimeDirectory, sessionId);
    return {
      sessionId,
      session,
      userData: path.join(own, 'data'),
      extensions: path.join(own, 'extensions'),
      log: path.join(own, 'log'),
      runtime,
      socket: path.join(runtime, 's'),
      ownSocket: path.join(runtime, 'i'),
      configFile: path.join(runtime, 'config.yaml'),
      envFile: path.join(secretDirectory, sessionId),
    };
  }

  return {
    place,

    async prepare(at, { env, profile, directory }) {
      if (Buffer.byteLength(at.socket) > MAX_SOCKET_PATH_BYTES) {
        throw new BerthError('SOCKET_PATH_TOO_LONG', `the path of a socket is too long: ${at.socket}`);
      }
      // By its path in the session, which may be a link to it: there the editor begins.
      if (!(await stat(at.session.workspace).catch(() => null))?.isDirectory()) {
        const message = `cannot open an editor for ${at.sessionId}: its workspace ${oneLine(directory)} is gone`;
        throw new BerthError('FILE_NOT_FOUND', message, {
          hint: 'make the directory again, or end the session',
        });
      }
      const user = path.join(at.userData, 'User');
      for (const directory of [at.runtime, user, at.extensions]) {
        makeDirectory(directory);
      }
      for (const name of await readdir(at.runtime)) await rm(path.join(at.runtime, name), { force: true });
      // What the one before said is no word of this one, which may not get as far as to say any.
      await rm(at.log, { force: true });
      // It would make itself one in the user's home, with a password in it.
      await write(at.configFile, 'auth: none\n');
      await seed(path.join(user, 'settings.json'), profile.settings || SETTINGS);
      await seed(path.join(user, 'keybindings.json'), profile.keybindings);
      const entries = Object.entries(env).map(([name, value]) => `${name}=${value}\0`);
      await write(at.envFile, entries.join(''));
    },

    async keep(at, record) {
      const file = path.join(at.runtime, RECORD);
      await write(`${file}.new`, JSON.stringify({ bootId, record }));
      await rename(`${file}.new`, file);
    },

    // Nobody came past its directory until now.
    guard: (at) => chmod(at.socket, 0o600),

    async clear(at) {
      await rm(at.runtime, { recursive: true, force: true });
      await rm(at.envFile, { force: true });
    },

    async records() {
      const found = new Map<string, EditorRecord>();
      for (const sessionId of (await readdir(runtimeDirectory)).filter(isSessionId)) {
        const record = await recordIn(path.join(runtimeDirectory, sessionId), bootId);
        if (record) found.set(sessionId, record);
        // Of another boot, or from before it was written: nothing runs that it could tell of.
        else await rm(path.join(runtimeDirectory, sessionId), { recursive: true, force: true });
      }
      for (const name of await readdir(secretDirectory)) {
        if (!found.has(name)) await rm(path.join(secretDirectory, name), { force: true });
      }
      return found;
    },

    async lastWords(at) {
      const text = await endOf(at.log).catch(() => '');
      const lines = text.split('\n').map((line) => line.trim());
      // The first line of an error says more than the stack below it.
      const told = lines.filter((line) => line !== '' && !/^(?:at |\^|Node\.js v|\}|\{)/.test(line));
      return oneLine(told.findLast((line) => /error|cannot|fail|killed/i.test(line)) ?? told.at(-1) ?? '');
    },
  };
}

async function recordIn(directory: string, bootId: string): Promise<EditorRecord | null> {
  try {
    const text = await readFile(path.join(directory, RECORD), 'utf8');
    const kept = JSON.parse(text) as { bootId: string; record: EditorRecord };
    return kept.bootId === bootId ? kept.record : null;
  } catch {
    return null;
  }
}

/** The last of what may be large. */
async function endOf(file: string): Promise<string> {
  await using handle = await open(file);
  const { size } = await handle.stat();
  const position = Math.max(0, size - WORDS_BYTES);
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(WORDS_BYTES), position });
  return buffer.toString('utf8', 0, bytesRead);
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 }).catch((error: unknown) => {
    throw orDiskFull(error, path.dirname(file));
  });
}

/** Whole, or not there at all: what is there stays as it is, since it is the user's by now. */
async function seed(file: string, text: string): Promise<void> {
  if (text === '' || (await lstat(file).catch(() => null))) return;
  await write(`${file}.new`, text);
  await rename(`${file}.new`, file);
}
