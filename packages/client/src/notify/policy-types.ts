/** The words of the notification policy. Times in ms since the epoch. */
import type { AttentionKind, AttentionSnapshot, ClearReason } from '@berth/shared/domain/attention';
import type { QuietHours } from './quiet-hours.ts';

/** More than this at once are told as one. */
export const TOGETHER_ABOVE = 5;

export interface PolicyOptions {
  /** Ms that an attention stands before it is told. */
  readonly dwellMs: Readonly<Record<AttentionKind, number>>;
  /** Ms in which a session is not told of again. */
  readonly cooldownMs: number;
  readonly kinds: readonly AttentionKind[];
  readonly quietHours: QuietHours | null;
  /** Kinds that are told in quiet hours, too. */
  readonly quietExcept: readonly AttentionKind[];
}

/** An attention as it is told; texts are as the host has them, not yet made safe. */
export interface Item {
  readonly journalId: string;
  /** Of the event that raised it. */
  readonly number: number;
  readonly host: string;
  readonly sessionId: string;
  /** May be empty. */
  readonly sessionName: string;
  readonly kind: AttentionKind;
  readonly reason: string;
  readonly line: string;
  /** When it was raised, by the host's clock. */
  readonly at: number;
  /** When we heard of it. */
  readonly since: number;
  /** When it may be told at the earliest. */
  readonly ripe: number;
  /** It was raised before the watch reached the host. */
  readonly replayed: boolean;
  /** It came into quiet hours. */
  readonly quiet: boolean;
  /** The session went on by itself before it could be told. */
  readonly over: boolean;
}

export interface Raised {
  readonly type: 'raised';
  readonly journalId: string;
  readonly number: number;
  readonly host: string;
  readonly sessionId: string;
  readonly sessionName: string;
  readonly attention: AttentionSnapshot;
  readonly replayed: boolean;
}

interface Numbered {
  readonly journalId: string;
  readonly number: number;
}

export type NotifyInput =
  | Raised
  | (Numbered & {
      readonly type: 'cleared';
      readonly sessionId: string;
      /** Number of the event that raised it; null: whatever stood of the session. */
      readonly raised: number | null;
      readonly reason: ClearReason;
    })
  | (Numbered & { readonly type: 'snoozed'; readonly sessionId: string; readonly until: number })
  /** An event that asks nobody for anything. */
  | (Numbered & { readonly type: 'seen' })
  /** All that asks for somebody on the host now. */
  | {
      readonly type: 'standing';
      readonly host: string;
      readonly journalId: string;
      readonly raised: readonly Raised[];
    }
  | { readonly type: 'tick' };

export type NotifyDelivery =
  | { readonly kind: 'attention'; readonly item: Item }
  | { readonly kind: 'summary'; readonly items: readonly Item[] }
  /** What was told is over. */
  | { readonly kind: 'cleared'; readonly item: Item; readonly reason: ClearReason };

export interface PolicyState {
  /** Number of the last event of each journal. */
  readonly seen: Readonly<Record<string, number>>;
  /** In the order in which they came. */
  readonly waiting: readonly Item[];
  /** Told, and standing as far as we know. */
  readonly told: readonly Item[];
  /** By session: when it was told of last. */
  readonly last: Readonly<Record<string, { readonly at: number; readonly kind: AttentionKind }>>;
}

export function itemOf(raised: Raised, times: Pick<Item, 'since' | 'ripe'>): Item {
  const { journalId, host, sessionId, sessionName, attention, replayed } = raised;
  const { kind, reason, line, since: at, event: number } = attention;
  const what = { kind, reason, line, at, replayed, quiet: false, over: false };
  return { journalId, number, host, sessionId, sessionName, ...what, ...times };
}
