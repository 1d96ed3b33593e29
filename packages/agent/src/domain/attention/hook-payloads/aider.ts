/** aider tells only that it waits: its notifications command has no payload, so the preset makes one. */
import type { HookReport } from '../hook-report.ts';
import { textAt } from './json.ts';

export function readAider(payload: unknown): HookReport | null {
  if (textAt(payload, 'tool') !== 'aider' || textAt(payload, 'event') !== 'notification') return null;
  return { status: 'waiting', message: 'waits for input', line: '', seen: 'notification', figures: null };
}
