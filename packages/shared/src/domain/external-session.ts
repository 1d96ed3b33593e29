import type { AttentionSnapshot } from './attention.ts';

/** A tmux session that somebody else's tool reports in ~/.claude-sessions/NAME.json. */
export interface ExternalSnapshot {
  /** Of the tmux session; unique on its host. */
  readonly name: string;
  readonly toolSessionId: string;
  /** As reported: permission, waiting, working, error, idle, stopped, done. */
  readonly status: string;
  readonly message: string;
  readonly directory: string;
  /** Ms since the epoch. */
  readonly reportedAt: number;
  readonly metrics: Readonly<Record<string, string>>;
  readonly team: string;
  readonly agents: readonly string[];
  /** There is a tmux session of this name now. */
  readonly live: boolean;
  readonly attention: AttentionSnapshot | null;
}
