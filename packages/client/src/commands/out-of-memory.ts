/** What to do about a session that outgrew its slot. */
import { formatMemory } from '@berth/shared/domain/memory';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';

/** Empty for any other session. */
export function outOfMemoryHint({ failureReason, memoryBytes }: SessionSnapshot): string {
  if (failureReason !== 'oom') return '';
  const more = formatMemory(memoryBytes * 2).replace(' ', '');
  return `start it again with a larger slot: --memory ${more}; see berth status --slots`;
}
