/** Files that sessions hand over, for the browser: as files to keep, for a look, or as pages that reach nothing. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { sent } from '../rpc/sent.ts';
import type { ArtifactLink } from './artifact-links.ts';
import type { CallPorts } from './calls/call.ts';
import { hostAndId } from './calls/find-session.ts';
import { artifactHeaders, type HeaderTable, pageHeaders } from './headers.ts';
import { partsOf, refuse } from './local-server.ts';
import { firstFile, type TarFile } from './tar-file.ts';

/** Pictures that hold no script. */
const RASTER: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.bmp': 'image/bmp',
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
};

/** GET /api/artifact of who is logged in. */
export async function sendArtifact(
  asked: IncomingMessage,
  answer: ServerResponse,
  ports: CallPorts,
): Promise<void> {
  const link = ports.artifacts.find(partsOf(asked.url).query.get('link') ?? '');
  if (!link) return refuse(answer, 404, artifactHeaders());
  await sendFile(answer, link, ports, { ...artifactHeaders(), ...typeOf(link) });
}

/** On an origin of its own, in a sandbox. */
export async function sendPage(
  answer: ServerResponse,
  file: Omit<ArtifactLink, 'how'>,
  { ports, frames }: { ports: CallPorts; frames: readonly string[] },
): Promise<void> {
  await sendFile(answer, file, ports, { ...pageHeaders(frames), 'content-type': 'text/html; charset=utf-8' });
}

/** Whatever is in it, a browser takes it for this and nothing else. */
function typeOf({ how, path: file }: ArtifactLink): HeaderTable {
  const name = encodeURIComponent(path.posix.basename(file)).replaceAll("'", '%27');
  if (how === 'keep') {
    const disposition = `attachment; filename*=UTF-8''${name}`;
    return { 'content-type': 'application/octet-stream', 'content-disposition': disposition };
  }
  const type = RASTER[path.posix.extname(file).toLowerCase()] ?? 'text/plain; charset=utf-8';
  return { 'content-type': type, 'content-disposition': 'inline' };
}

async function sendFile(
  answer: ServerResponse,
  file: Omit<ArtifactLink, 'how'>,
  ports: CallPorts,
  headers: HeaderTable,
): Promise<void> {
  const stop = new AbortController();
  answer.on('close', () => stop.abort());
  let found: TarFile;
  try {
    found = await fileOf(file, ports, stop.signal);
  } catch {
    // What went wrong is a host's text: the page asks again by a call, and gets it as an error.
    return refuse(answer, 502, artifactHeaders());
  }
  answer.writeHead(200, { ...headers, 'content-length': found.bytes });
  for await (const data of found.data) {
    await sent<Uint8Array>(answer, data);
    if (answer.destroyed) return;
  }
  answer.end();
}

async function fileOf(
  { session: key, path: file }: Omit<ArtifactLink, 'how'>,
  ports: CallPorts,
  signal: AbortSignal,
): Promise<TarFile> {
  const { host, id } = hostAndId(key, ports);
  const client = await ports.context.connect(host.config, { signal });
  const { details } = await client.getDetails(id, { signal });
  // What the session handed over, and no other file of its host.
  if (!details.artifacts.some((artifact) => artifact.path === file))
    throw new BerthError('ARGUMENT_INVALID', `the session hands over no ${oneLine(file)}`, { hint: '' });
  const from = `${details.outputDirectory.replace(/\/+$/, '')}/${file}`;
  return await firstFile(client.download({ session: id, paths: [from] }, signal));
}
