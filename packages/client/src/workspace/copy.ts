/** Files to and from a session, with the names that `cp -r` would give them. */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { receive } from '@berth/shared/files/receive';
import { type Member, packed } from '@berth/shared/files/tar';
import type { HostClient } from '../rpc/host-client.ts';

/** One session's files on its host. */
export interface Remote {
  readonly client: HostClient;
  readonly session: string;
  readonly signal: AbortSignal;
}

/** Resolves with how many files and directories came. Throws FILE_NOT_FOUND, EXEC_FAILED, DISK_FULL. */
export async function download(
  { client, session, signal }: Remote,
  { paths, to }: { paths: readonly string[]; to: string },
): Promise<number> {
  const isDirectory = await directoryHere(to);
  const archive = client.download({ session, paths }, signal);
  const [only = ''] = paths;
  const contents = paths.find(namesContents);
  if (contents !== undefined) {
    if (paths.length > 1)
      throw usage(`cannot copy ${contents} beside other files: it means all that is in it`);
    if (!isDirectory) await mkdir(to);
    return await received(receive({ archive, directory: path.resolve(to), signal }));
  }
  const names = paths.map(lastName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw usage(`cannot copy two files called ${twice} into one directory`);
  if (isDirectory) {
    const as = new Map(names.map((name) => [name, name]));
    return await received(receive({ archive, directory: path.resolve(to), names: as, signal }));
  }
  if (paths.length > 1 || to.endsWith('/')) throw notFoundHere(to, 'there is no such directory');
  const directory = path.dirname(path.resolve(to));
  if (!(await directoryHere(directory))) throw notFoundHere(directory, 'there is no such directory');
  const as = new Map([[lastName(only), path.basename(path.resolve(to))]]);
  return await received(receive({ archive, directory, names: as, signal }));
}

/** The bytes of one file. */
export async function downloadTo(remote: Remote, file: string, output: (data: Uint8Array) => Promise<void>) {
  const scratch = await mkdtemp(path.join(tmpdir(), 'berth-cp-'));
  try {
    const kept = path.join(scratch, 'file');
    await download(remote, { paths: [file], to: kept });
    if (!(await lstat(kept)).isFile()) throw usage(`cannot copy ${file} to standard output: it is no file`);
    for await (const chunk of createReadStream(kept)) await output(chunk as Uint8Array);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** As download, the other way. */
export async function upload(
  remote: Remote,
  { files, to }: { files: readonly string[]; to: string },
): Promise<number> {
  const looked = await Promise.all(files.map(lookHere));
  const names = looked.map(({ name }) => name);
  const contents = looked.find(({ name }) => name === '.');
  if (contents && files.length > 1)
    throw usage(`cannot copy ${contents.word} beside other files: it means all that is in it`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw usage(`cannot copy two files called ${twice} into one directory`);
  const followLinks = looked.every(({ isDirectory }) => !isDirectory);
  if (await directoryThere(remote, to)) {
    await send(remote, { directory: to, members: looked.map(({ member }) => member), followLinks });
    return files.length;
  }
  const [only] = looked;
  if (!only || contents || files.length > 1 || to.endsWith('/'))
    throw new BerthError('FILE_NOT_FOUND', `cannot copy to ${to}: there is no such directory`, {
      values: { session: remote.session },
      hint: 'make it there first: berth exec SESSION mkdir -p DIR',
    });
  await renamed(only, path.posix.basename(to), async (member) => {
    await send(remote, {
      directory: path.posix.dirname(to),
      members: [member],
      followLinks: !only.isDirectory,
    });
  });
  return 1;
}

/** Standard input as one file. */
export async function uploadFrom(
  remote: Remote,
  { input, to }: { input: Readable; to: string },
): Promise<void> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'berth-cp-'));
  try {
    const kept = path.join(scratch, `stdin-${randomUUID().slice(0, 8)}`);
    await pipeline(input, createWriteStream(kept), { signal: remote.signal });
    if (to === '' || to.endsWith('/') || (await directoryThere(remote, to)))
      throw usage('cannot copy standard input to a directory: name the file it is to be');
    await upload(remote, { files: [kept], to });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function send(
  { client, session, signal }: Remote,
  { directory, members, followLinks }: { directory: string; members: Member[]; followLinks: boolean },
): Promise<void> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  try {
    await client.upload({ session, directory }, packed(members, { followLinks, signal: both }), signal);
  } finally {
    stop.abort();
  }
}

/** Asks the host, by an archive without anything in it. */
async function directoryThere({ client, session, signal }: Remote, directory: string): Promise<boolean> {
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  try {
    await client.upload({ session, directory }, nothing(), signal);
    return true;
  } catch (error) {
    if (error instanceof BerthError && error.reason === 'FILE_NOT_FOUND') return false;
    throw error;
  }
}

interface Looked {
  readonly word: string;
  readonly member: Member;
  /** `.`: all that is in a directory. */
  readonly name: string;
  readonly isDirectory: boolean;
}

async function lookHere(word: string): Promise<Looked> {
  const found = await stat(word).catch((error: NodeJS.ErrnoException) => {
    throw notFoundHere(word, error.code === 'ENOENT' ? 'there is no such file' : messageOf(error));
  });
  const isDirectory = found.isDirectory();
  const file = path.resolve(word);
  if (!isDirectory && word.endsWith('/')) throw notFoundHere(word, 'it is no directory');
  if (namesContents(word) || file === path.parse(file).root) {
    return { word, member: { directory: file, path: '.' }, name: '.', isDirectory };
  }
  const name = path.basename(file);
  const member = { directory: path.dirname(file), path: isDirectory ? `./${name}/.` : `./${name}` };
  return { word, member, name, isDirectory };
}

/** An archive takes the names that files have: under another name it is given a link to the file. */
async function renamed(of: Looked, name: string, work: (member: Member) => Promise<void>): Promise<void> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'berth-cp-'));
  try {
    await symlink(path.join(of.member.directory, of.name), path.join(scratch, name));
    await work({ directory: scratch, path: of.isDirectory ? `./${name}/.` : `./${name}` });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** `DIR/.`, as cp has it; and an empty path, which is the workspace. */
function namesContents(word: string): boolean {
  return word === '' || word === '.' || word.endsWith('/.');
}

function lastName(word: string): string {
  return path.posix.basename(word);
}

async function directoryHere(word: string): Promise<boolean> {
  return (await stat(word).catch(() => null))?.isDirectory() === true;
}

/** What failed here says where. */
async function received(work: Promise<number>): Promise<number> {
  const count = await work;
  if (count > 0) return count;
  throw new BerthError('FILE_NOT_FOUND', 'nothing came: there is no file in it');
}

function notFoundHere(word: string, why: string): BerthError {
  return new BerthError('FILE_NOT_FOUND', `cannot copy ${word} on this machine: ${why}`, {
    hint: 'files of a session are written SESSION:PATH',
  });
}

function usage(message: string): BerthError {
  return new BerthError('USAGE', message, { hint: 'see berth cp --help' });
}
