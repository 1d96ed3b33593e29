/** Why a host was taken, in words for people. Pure. */
import { formatMemory } from '@berth/shared/domain/memory';
import type { Policy } from './policy.ts';
import type { Fit } from './rank.ts';
import { formatPrice } from './tiers.ts';

export function reasonsFor(fit: Fit, policy: Policy): string[] {
  const { capacityBytes, heldBytes } = fit.snapshot.ledger;
  const free = `${formatMemory(capacityBytes - heldBytes)} of ${formatMemory(capacityBytes)} free`;
  const sessions = fit.inUse ? 'in use already' : 'idle';
  const price = fit.price === null ? [] : [`${formatPrice(fit.price)} an hour`];
  if (policy === 'spread') return ['emptiest', free];
  return fit.inUse ? [sessions, 'fullest with room', free] : [sessions, ...price, free];
}
