/** The plain form of a status file: {"status", "message", "line"}. */
import { HOOK_STATUSES, type HookReport, type HookStatus } from './hook-report.ts';

export function readHookReport(payload: unknown): HookReport | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { status, message, line } = payload as Record<string, unknown>;
  if (!HOOK_STATUSES.includes(status as HookStatus)) return null;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    status: status as HookStatus,
    message: text(message),
    line: text(line),
    seen: `status: ${String(status)}`,
    figures: null,
  };
}
