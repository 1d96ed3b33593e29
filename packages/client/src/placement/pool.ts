/** Which hosts sessions may go to that name none. Pure. */
import type { HostConfig } from '../config/remotes.ts';
import type { PassedOver } from './rank.ts';

/**
 * All hosts but those with `pool: false`; this machine only where it is the only one, or says
 * `pool: true`: who has hosts wants the work there, and the laptop may go to sleep.
 */
export function poolOf(hosts: readonly HostConfig[]): {
  readonly hosts: readonly HostConfig[];
  readonly left: readonly PassedOver[];
} {
  const others = hosts.filter(({ kind, pool }) => kind !== 'local' && pool !== false);
  const isIn = ({ kind, pool }: HostConfig) => pool ?? (kind !== 'local' || others.length === 0);
  const left = hosts.filter((host) => !isIn(host));
  const words = (host: HostConfig) =>
    host.pool === false ? 'pool: false keeps it out' : 'this machine is taken by --host alone';
  return {
    hosts: hosts.filter(isIn),
    left: left.map((host) => ({ host, obstacle: { kind: 'unwanted', words: words(host) } })),
  };
}
