/** The body of a request, bounded. */
import type { IncomingMessage } from 'node:http';

/** Null where it is longer. Rejects where the request breaks off. */
export async function readBody(asked: IncomingMessage, mostBytes: number): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of asked as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > mostBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
