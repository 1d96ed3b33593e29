/** The server behind an app, where it runs. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { DialStream, HostClient } from '../rpc/host-client.ts';
import type { Target } from './apps.ts';

/** As it is called there: what it takes for its own in `Host` and `Origin`. */
export function hostOf(target: Target): string {
  return target.kind === 'port' ? `localhost:${target.port}` : 'localhost';
}

export function dialTarget(
  client: HostClient,
  { session, target }: { session: string; target: Target },
  signal: AbortSignal,
): DialStream {
  if (target.kind === 'port') return client.dial({ session, port: target.port, anyProcess: false }, signal);
  throw new BerthError('ARGUMENT_INVALID', 'nothing of this session is served under this address', {
    hint: '',
  });
}
