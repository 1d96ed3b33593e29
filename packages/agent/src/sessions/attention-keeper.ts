/** What is known of each session's attention. */
import type { Verdict } from '@berth/shared/domain/attention';
import { NO_OVERLAY, type Overlay } from '../domain/snapshot.ts';

export class AttentionKeeper {
  of(_sessionId: string): Overlay {
    return NO_OVERLAY;
  }

  acknowledge(_sessionId: string): boolean {
    return false;
  }

  snooze(_sessionId: string, _until: number): void {}

  explain(_sessionId: string): Verdict[] {
    return [];
  }
}
