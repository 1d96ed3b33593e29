/** The directories of sessions under the state directory, and their environments on tmpfs. */
import { randomBytes } from 'node:crypto';
import { lstat, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '@berth/shared/domain/berth-error';
import { isSessionId } from '@berth/shared/domain/session-id';
import { orDiskFull } from '@berth/shared/files/disk-full';
import { makeDirectory } from '@berth/shared/files/make-directory';
import type { Begun, Session } from '../domain/session.ts';
import type { Launch, SavedSession, SessionFiles, StagedSession } from '../sessions/files-port.ts';
import type { ExitRecord, SessionPaths } from '../sessions/ports.ts';
import { refuseLostDirectory } from './directory-source.ts';
import { removeTree } from './remove-tree.ts';

export interface SessionFilesOptions {
  /** `<state>/sessions`. */
  readonly directory: string;
  /** Sockets of the tmux servers. */
  readonly socketDirectory: string;
  /** On tmpfs where the machine has one. */
  readonly secretDirectory: string;
}

const TOOL = 'tool';
const WORKSPACE = 'workspace';
const DIRECTORIES = ['status', 'output', TOOL];
/** A full disk must not cost an exit code: the wrapper overwrites this in place. */
const EXIT_ROOM = `${' '.repeat(63)}\n`;

export function createSessionFiles(options: SessionFilesOptions): SessionFiles {
  const { directory, socketDirectory, secretDirectory } = options;
  const staging = (sessionId: string) => path.join(directory, `.new-${sessionId}`);
  const removing = (sessionId: string) => path.join(directory, `.gone-${sessionId}`);

  function paths(sessionId: string): SessionPaths {
    const own = path.join(directory, sessionId);
    return {
      directory: own,
      workspace: path.join(own, WORKSPACE),
      toolDir: path.join(own, TOOL),
      statusDir: path.join(own, 'status'),
      outputDir: path.join(own, 'output'),
      transcript: path.join(own, 'transcript'),
      exitFile: path.join(own, 'exit'),
      argvFile: path.join(own, 'argv'),
      envFile: path.join(secretDirectory, sessionId),
      tmuxSocket: path.join(socketDirectory, sessionId),
    };
  }

  async function stage(staged: StagedSession): Promise<void> {
    const { id } = staged.session;
    const own = staging(id);
    try {
      await layOut(own, staged);
      const record = JSON.stringify({ session: staged.session, request: staged.request });
      await writeFile(path.join(own, 'session.json'), record, { mode: 0o600 });
      await writeEnvironment(id, staged.env);
    } catch (error) {
      await discard(id);
      throw orDiskFull(error, directory);
    }
  }

  /** What the wrapper finds in a session's directory. A workspace that is there stays as it is. */
  async function layOut(own: string, launch: Launch): Promise<void> {
    for (const name of DIRECTORIES) {
      makeDirectory(path.join(own, name));
    }
    const file = (name: string, text: string) => writeFile(path.join(own, name), text, { mode: 0o600 });
    if (!(await isThere(path.join(own, WORKSPACE)))) {
      if (launch.prelude.length > 0) await file('prelude', listed(launch.prelude));
      await launch.layOut(path.join(own, WORKSPACE));
    }
    await file('argv', listed(launch.argv));
    for (const [name, text] of Object.entries(launch.toolFiles)) await file(path.join(TOOL, name), text);
    await file('exit.tmp', EXIT_ROOM);
  }

  async function restage(session: Begun, launch: Omit<Launch, 'argv'>): Promise<void> {
    const { directory: own, exitFile } = paths(session.id);
    // Where it stands still as it was staged, that is its directory.
    await rename(staging(session.id), own).catch(() => {});
    await rm(staging(session.id), { recursive: true, force: true });
    // The end of the life before is none of the next one.
    await rm(exitFile, { force: true });
    await layOut(own, { ...launch, argv: session.spec.argv });
    await writeEnvironment(session.id, launch.env);
  }

  async function writeEnvironment(sessionId: string, env: StagedSession['env']): Promise<void> {
    const entries = Object.entries(env).map(([name, value]) => `${name}=${value}\0`);
    await writeFile(paths(sessionId).envFile, entries.join(''), { mode: 0o600 });
  }

  async function discard(sessionId: string): Promise<void> {
    await rm(staging(sessionId), { recursive: true, force: true });
    await rm(paths(sessionId).envFile, { force: true });
  }

  async function unstage(sessionId: string): Promise<void> {
    const own = paths(sessionId).directory;
    await rename(staging(sessionId), own).catch(() => {});
    for (const name of [...DIRECTORIES, WORKSPACE, 'prelude', 'argv', 'exit.tmp']) {
      await rm(path.join(own, name), { recursive: true, force: true });
    }
    // Last: while it is there, all of this is done again.
    await rm(paths(sessionId).envFile, { force: true });
  }

  async function adopt(sessionId: string): Promise<void> {
    try {
      await rename(staging(sessionId), paths(sessionId).directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw orDiskFull(error, directory);
      await stat(paths(sessionId).directory);
    }
    await refuseLostDirectory(paths(sessionId).workspace);
  }

  async function update(session: Session): Promise<void> {
    const target = path.join(paths(session.id).directory, 'session.json');
    const temporary = `${target}.${randomBytes(4).toString('hex')}`;
    try {
      const { request } = await savedIn(target);
      await writeFile(temporary, JSON.stringify({ session, request }), { mode: 0o600 });
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw orDiskFull(error, directory);
    }
  }

  /** A power cut may have left no record, or an empty one: the next is whole. */
  async function savedIn(file: string): Promise<Pick<SavedSession, 'request'>> {
    const text = (await readIfThere(file)) ?? '';
    return text.trim() === '' ? { request: null } : (JSON.parse(text) as SavedSession);
  }

  async function saved(): Promise<{ records: SavedSession[]; problems: string[] }> {
    const records: SavedSession[] = [];
    const problems: string[] = [];
    for (const name of await readdir(directory)) {
      if (!isSessionId(name)) continue;
      const file = path.join(directory, name, 'session.json');
      try {
        records.push(JSON.parse(await readFile(file, 'utf8')) as SavedSession);
      } catch (error) {
        problems.push(`${file}: ${messageOf(error)}`);
      }
    }
    return { records, problems };
  }

  async function exitRecord(sessionId: string): Promise<ExitRecord | null> {
    const text = await readIfThere(paths(sessionId).exitFile);
    const match = /^(\d+) (\d+)( stopped)?( unprepared)?/.exec(text ?? '');
    if (!match) return null;
    const [, exitCode, endedAt, stopped, unprepared] = match;
    return {
      exitCode: Number(exitCode),
      endedAt: Number(endedAt),
      stopped: stopped !== undefined,
      unprepared: unprepared !== undefined,
    };
  }

  async function begun(sessionId: string): Promise<boolean> {
    if (await isThere(staging(sessionId))) return false;
    return !(await isThere(paths(sessionId).envFile));
  }

  /** Under another name first: what is left of it is never taken for a session. */
  async function remove(sessionId: string): Promise<void> {
    const { directory: own, envFile, tmuxSocket } = paths(sessionId);
    await rename(own, removing(sessionId)).catch(() => {});
    await rm(envFile, { force: true });
    await rm(tmuxSocket, { force: true });
    for (const left of [removing(sessionId), own]) await removeTree(left);
  }

  async function leftovers(removed: (sessionId: string) => boolean): Promise<string[]> {
    const names = await readdir(directory);
    const begun = names.flatMap((name) => (name.startsWith('.gone-') ? [name.slice(6)] : []));
    // Of any other name this would lead elsewhere.
    return [
      ...new Set([
        ...begun.filter(isSessionId),
        ...names.filter((name) => isSessionId(name) && removed(name)),
      ]),
    ];
  }

  async function sweep(wanted: (sessionId: string) => boolean): Promise<void> {
    for (const name of await readdir(directory)) {
      const id = name.startsWith('.new-') ? name.slice(5) : '';
      if (isSessionId(id) && !wanted(id)) await discard(id);
    }
    for (const name of await readdir(secretDirectory)) {
      if (isSessionId(name) && !wanted(name)) await rm(path.join(secretDirectory, name), { force: true });
    }
  }

  const kept = { adopt, update, saved, exitRecord, begun };
  return { paths, stage, restage, unstage, discard, ...kept, remove, leftovers, sweep };
}

/** Also of a link that leads nowhere (any more). */
async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** NUL-separated: no shell parses it. */
function listed(words: readonly string[]): string {
  return words.map((word) => `${word}\0`).join('');
}
