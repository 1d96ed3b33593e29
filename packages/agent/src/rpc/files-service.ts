/** The calls of berth.v1.WorkspaceService that carry files: archives, both ways. */
import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { receive } from '@berth/shared/files/receive';
import { type Member, packed } from '@berth/shared/files/tar';
import type {
  DownloadRequest,
  DownloadResponse,
  UploadRequest,
  UploadResponse,
  WorkspaceServiceServer,
} from '@berth/shared/gen/berth/v1/workspace';
import type { Describe } from '../sessions/describe.ts';
import type { Registry } from '../sessions/registry.ts';
import type { Wrapper } from './handler.ts';
import { refuseExternal } from './orders.ts';

export interface FilesServiceOptions {
  readonly wrap: Wrapper;
  readonly registry: Registry;
  readonly describe: Describe;
}

const NOT_OURS = { cannot: 'copy files of', hint: 'name a session of berth on that host' };
const MOST_PATHS = 10_000;

export function filesCalls({
  wrap,
  registry,
  describe,
}: FilesServiceOptions): Pick<WorkspaceServiceServer, 'download' | 'upload'> {
  /** Also of a session that has ended. */
  async function workspaceOf(reference: string): Promise<string> {
    refuseExternal(reference, NOT_OURS);
    return (await describe(registry.resolve(reference))).workspace;
  }

  async function* download(
    { session, paths }: DownloadRequest,
    signal: AbortSignal,
  ): AsyncGenerator<DownloadResponse> {
    if (paths.length === 0 || paths.length > MOST_PATHS) throw invalid('name 1 to 10000 files');
    const workspace = await workspaceOf(session);
    const found = await Promise.all(paths.map((name) => lookUp({ session, workspace }, name)));
    const followLinks = found.every(({ isDirectory }) => !isDirectory);
    for await (const data of packed(
      found.map(({ member }) => member),
      { followLinks, signal },
    )) {
      yield { data: Buffer.from(data.buffer, data.byteOffset, data.length) };
    }
  }

  async function upload(
    messages: AsyncIterator<UploadRequest>,
    signal: AbortSignal,
  ): Promise<UploadResponse> {
    const first = (await messages.next()).value as UploadRequest | undefined;
    if (first?.message?.$case !== 'open') throw invalid('the first message of an upload must open it');
    const { session, directory } = first.message.open;
    const target = path.resolve(await workspaceOf(session), checked(directory));
    const there = await stat(target).catch(() => null);
    if (!there?.isDirectory())
      throw notFound(session, directory, there ? 'it is no directory' : 'there is no such directory');
    const archive = dataOf(messages);
    const piece = await archive.next();
    // Somebody asks whether the directory is there.
    if (piece.done) return {};
    await receive({ archive: withFirst(piece.value, archive), directory: target, signal });
    return {};
  }

  return {
    download: wrap.serverStream('Download', (request, { signal }) => download(request, signal)),
    upload: wrap.clientStream('Upload', (messages: AsyncIterator<UploadRequest>, { signal }) =>
      upload(messages, signal),
    ),
  };
}

async function lookUp(
  { session, workspace }: { session: string; workspace: string },
  name: string,
): Promise<{ member: Member; isDirectory: boolean }> {
  const file = path.resolve(workspace, checked(name));
  const [own, behind] = await Promise.all(
    [file, file].map((one, i) => (i === 0 ? lstat(one) : stat(one)).catch(() => null)),
  );
  if (!own || (!behind && name.endsWith('/'))) throw notFound(session, name, 'there is no such file');
  const isDirectory = behind?.isDirectory() === true;
  if (name.endsWith('/') && !isDirectory) throw notFound(session, name, 'it is no directory');
  // All that is in it, and not itself.
  if (isDirectory && (/(^|\/)\.?$/.test(name.replace(/([^/])\/$/, '$1')) || file === '/')) {
    return { member: { directory: file, path: '.' }, isDirectory };
  }
  const [directory, last] = [path.dirname(file), path.basename(file)];
  // A link to a directory stands for it; one to a file is followed where no directory is copied.
  return { member: { directory, path: isDirectory ? `./${last}/.` : `./${last}` }, isDirectory };
}

async function* dataOf(messages: AsyncIterator<UploadRequest>): AsyncGenerator<Uint8Array> {
  for (let next = await messages.next(); !next.done; next = await messages.next()) {
    if (next.value.message?.$case === 'data') yield next.value.message.data;
  }
}

async function* withFirst<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

function checked(name: string): string {
  if (name.includes('\0')) throw invalid('a path cannot contain NUL');
  return name;
}

function notFound(session: string, name: string, why: string): BerthError {
  return new BerthError('FILE_NOT_FOUND', `cannot find ${oneLine(name) || 'the workspace'}: ${why}`, {
    values: { session },
  });
}

function invalid(message: string): BerthError {
  return new BerthError('ARGUMENT_INVALID', message);
}
