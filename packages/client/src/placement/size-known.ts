/** Whether a size that a host is asked to have is one that anybody knows. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import { nearest } from '../fleet/nearest.ts';
import { TIER_NAMES, tierNamed } from './tiers.ts';

/** Throws USAGE where it is neither a tier's, nor a provider's, nor that of one of the hosts. `what`: said it. */
export function checkSize(size: string, hosts: readonly HostConfig[], what: string): void {
  if (tierNamed(size) !== null) return;
  const told = [...new Set(hosts.flatMap((host) => host.size ?? []))];
  if (told.some((one) => one.toLowerCase() === size.toLowerCase())) return;
  const close = nearest(size, [...TIER_NAMES, ...told]);
  const known = `it is one of ${TIER_NAMES.join(', ')}, or the size of one of your hosts`;
  throw new BerthError('USAGE', `${what} cannot be ${oneLine(size)}: ${known}`, {
    hint: close === null ? 'see the sizes of your hosts: berth status --json' : `did you mean ${close}?`,
  });
}
