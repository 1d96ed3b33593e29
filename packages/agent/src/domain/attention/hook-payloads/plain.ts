/**
 * The form for any tool: `{"status":"waiting","message":"…","line":"…"}`. Files in ~/.claude-sessions
 * have the same `status` and `message`.
 */
import { HOOK_STATUSES, type HookReport, type HookStatus } from '../hook-report.ts';
import { shown, textAt } from './json.ts';

export function readPlain(payload: unknown): HookReport | null {
  const status = textAt(payload, 'status');
  if (!isHookStatus(status)) return null;
  return {
    status,
    message: shown(textAt(payload, 'message')),
    line: shown(textAt(payload, 'line')),
    seen: `status: ${status}`,
    figures: null,
  };
}

function isHookStatus(text: string): text is HookStatus {
  return (HOOK_STATUSES as readonly string[]).includes(text);
}
