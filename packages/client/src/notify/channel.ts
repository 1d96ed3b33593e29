/** One way to a person or a program. */
import type { NotifyDelivery } from './policy-types.ts';

export interface Channel {
  /** For people: `desktop (notify-send)`. Holds no secret. */
  readonly name: string;
  /** Rejects with a BerthError where it could not; the next one may work. */
  deliver(delivery: NotifyDelivery): Promise<void>;
  /** Sends one test, and resolves with what was answered. Rejects with a BerthError. */
  test(): Promise<string>;
}
