/**
 * The memory of a host that several users' agents share, kept by one process for all of them. What
 * it granted it has committed; a slot is given back only once the session's unit has ended.
 */
export interface SharedLedger {
  /** Throws SLOT_EXHAUSTED, with what is free. A slot that is held already is granted again. */
  take(slot: { readonly id: string; readonly memoryBytes: number }): Promise<void>;
  release(sessionId: string): Promise<void>;
  /** Gives back what this user holds and does not name. Before anything is taken. */
  sync(sessionIds: readonly string[]): Promise<void>;
  /** What others hold. */
  others(): Promise<{ readonly bytes: number; readonly slots: number }>;
}
