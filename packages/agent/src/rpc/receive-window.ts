/**
 * How much a caller may send before it is told to go on. HTTP/2's own 64 KiB would make a round trip
 * of every 64 KiB of a push, and grpc-js has a setting for that in its client alone.
 */
import { channel } from 'node:diagnostics_channel';
import type { ServerHttp2Stream } from 'node:http2';

const WINDOW_BYTES = 8 * 1024 * 1024;
const CREATED = channel('http2.server.stream.created');

/** For every connection of this process from now on, at its first call. */
export function widenReceiveWindows(): Disposable {
  const seen = new WeakSet<object>();
  const widen = (message: unknown) => {
    const { session } = (message as { stream: ServerHttp2Stream }).stream;
    if (!session || seen.has(session)) return;
    seen.add(session);
    session.settings({ initialWindowSize: WINDOW_BYTES });
    session.setLocalWindowSize(WINDOW_BYTES);
  };
  CREATED.subscribe(widen);
  return { [Symbol.dispose]: () => void CREATED.unsubscribe(widen) };
}
