/**
 * What a tool's hook says of its session, whatever tool it is: the one form in which the rules know it.
 * Files in a session's status directory hold either this form itself (see `hook-payloads/plain.ts`) or the
 * payload that a known tool hands its hooks.
 */
import type { ToolFigures } from '@berth/shared/domain/attention';

/** By urgency, as files in ~/.claude-sessions have them, too. */
export const HOOK_STATUSES = [
  'permission',
  'waiting',
  'working',
  'error',
  'idle',
  'stopped',
  'done',
] as const;
export type HookStatus = (typeof HOOK_STATUSES)[number];

export interface HookReport {
  /** Null: it tells figures or a detail, and leaves the status as it is. */
  readonly status: HookStatus | null;
  /** One line for people, e.g. "wants to run Bash". */
  readonly message: string;
  /** The line that shows it, e.g. the question or the command; empty where there is none. */
  readonly line: string;
  /** What was seen, for `berth explain`, e.g. "Notification: permission_prompt". */
  readonly seen: string;
  /**
   * It only says again what a hook has said before with one of these statuses: then that stands, with
   * its own words and time.
   */
  readonly echoOf?: readonly HookStatus[];
  /** Files in which the tool keeps its conversation, as it says. */
  readonly transcripts?: readonly string[];
  /** What is to be added to the tool's figures (`subagents` may be below 0); absent ones stay. */
  readonly figures: Partial<ToolFigures> | null;
}
