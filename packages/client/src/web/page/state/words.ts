/** What people read of sessions and hosts. Pure. */
import { type AttentionKind, wordsOf } from '@berth/shared/domain/attention';
import { formatAge } from '@berth/shared/domain/duration';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import type { HostRow, SessionRow } from '../../protocol.ts';
import type { Attention } from './session-order.ts';

export const ATTENTION_WORDS: Readonly<Record<AttentionKind, string>> = {
  permission: 'Needs permission',
  input: 'Needs input',
  error: 'Error',
  done: 'Done',
  bell: 'Bell',
};

export function attentionLine(attention: Attention): string {
  return wordsOf(attention) || ATTENTION_WORDS[attention.kind];
}

/** How a session's state is coloured: the same everywhere. */
export type Tone = 'run' | 'wait' | 'ok' | 'bad' | 'off';

export function toneOf(row: Pick<SessionRow, 'status'>): Tone {
  switch (row.status) {
    case 'running':
      return 'run';
    case 'pending':
    case 'suspended':
      return 'wait';
    case 'completed':
      return 'ok';
    case 'failed':
    case 'lost':
      return 'bad';
    case 'killed':
      return 'off';
  }
}

/** `Running`, `Waiting in line, 2nd`, `Failed, out of memory`, `Failed, exit code 3`. */
export function stateWords(row: SessionRow): string {
  if (row.suspend_requested_at && row.status === 'running') return 'Suspending';
  switch (row.state) {
    case 'queued':
      return row.queue_place === null ? 'Queued' : `Queued, place ${row.queue_place}`;
    case 'running':
      return row.activity === 'idle' ? 'Running, idle' : 'Running';
    case 'failed':
      return `Failed${failureWords(row)}`;
    default:
      return row.state.charAt(0).toUpperCase() + row.state.slice(1);
  }
}

function failureWords(row: SessionRow): string {
  switch (row.failure_reason) {
    case 'oom':
      return ', out of memory';
    case 'timeout':
      return ', time ran out';
    case 'start':
      return ', did not start';
    default:
      return row.exit_code === null ? '' : `, exit code ${row.exit_code}`;
  }
}

/** `4m`; of what ended: how long it ran. */
export function ageWords(row: SessionRow, now: number): string {
  const begun = Date.parse(row.started_at ?? row.created_at);
  if (row.ended_at === null) return formatAge(now - begun);
  return `ran ${formatAge(Date.parse(row.ended_at) - begun)}`;
}

export function agoWords(iso: string, now: number): string {
  return `${formatAge(now - Date.parse(iso))} ago`;
}

/** Used of its slot, 0 to 1; null where the host cannot tell. */
export function memoryPart(row: SessionRow): number | null {
  if (row.memory_bytes <= 0 || row.memory_used_bytes <= 0) return null;
  return Math.min(1, row.memory_used_bytes / row.memory_bytes);
}

export function memoryWords(used: number, of: number): string {
  return `${formatMemory(used)} of ${formatMemory(of)}`;
}

/** Since when nothing new is known of it, ISO 8601; null: it is up to date. */
export function staleSince(row: SessionRow, host: HostRow | undefined): string | null {
  return row.stale_since ?? (host?.link === 'unreachable' ? (host.as_of ?? host.link_since) : null);
}

export function priceWords(dollars: number): string {
  return `$${dollars.toFixed(2)}/h`;
}

/** `14:02:11` where it is of today, else with its date. */
export function timeWords(iso: string, now: number): string {
  const date = new Date(iso);
  const time = date.toLocaleTimeString('en-GB', { hour12: false });
  return date.toDateString() === new Date(now).toDateString()
    ? time
    : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}

export function promptLine(row: SessionRow): string {
  return oneLine(row.prompt);
}
