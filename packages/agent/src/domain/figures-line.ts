import { formatMemory } from '@berth/shared/domain/memory';

/** What a host holds, in a few words: `3 sessions, 96 GiB of 120 GiB held`. */
export function figuresLine(held: { heldSlots: number; heldBytes: number; capacityBytes: number }): string {
  const sessions = `${held.heldSlots} ${held.heldSlots === 1 ? 'session' : 'sessions'}`;
  return `${sessions}, ${formatMemory(held.heldBytes)} of ${formatMemory(held.capacityBytes)} held`;
}
