/** The server behind an app, where it runs. */
import type { DialStream, HostClient } from '../rpc/host-client.ts';
import type { ServedTarget } from './apps.ts';

/** As it is called there: what it takes for its own in `Host` and `Origin`. */
export function hostOf(target: ServedTarget): string {
  return target.kind === 'port' ? `localhost:${target.port}` : 'localhost';
}

export function dialTarget(
  client: HostClient,
  { session, target }: { session: string; target: ServedTarget },
  signal: AbortSignal,
): DialStream {
  if (target.kind === 'editor') return client.dial({ session, editor: true }, signal);
  return client.dial({ session, port: target.port, anyProcess: false }, signal);
}
