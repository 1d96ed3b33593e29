/** What an error says about where a session may be started next. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Reason } from '@berth/shared/domain/reasons';
import { oneLine } from '@berth/shared/domain/text';

/** Nobody knows what the host made of the call. */
const LOST: ReadonlySet<Reason> = new Set(['HOST_UNREACHABLE', 'AGENT_MISSING', 'DEADLINE']);

/** The host decided, and nothing was started there; another may say yes. */
const REFUSALS: ReadonlySet<Reason> = new Set([
  'SLOT_EXHAUSTED',
  'HOST_DRAINING',
  'QUOTA_EXCEEDED',
  'DISK_FULL',
  'DISK_QUOTA',
  'LEDGER_UNREACHABLE',
  'PRESET_UNKNOWN',
  'PRESET_UNAVAILABLE',
  'TOOL_MISSING',
  'VERSION_MISMATCH',
  'RESERVATION_EXPIRED',
  // The way there failed.
  'PERMISSION_DENIED',
  'HOST_KEY_CHANGED',
  'HOST_KEY_UNKNOWN',
  'HOST_MISMATCH',
  'AGENT_START_FAILED',
]);

/** A Start was sent, and neither its answer came nor can the host be asked what became of it. */
export class UnclearStart extends BerthError {}

export function isLost(error: unknown): error is BerthError {
  return error instanceof BerthError && LOST.has(error.reason);
}

/** Surely nothing was started there: the next host may be asked. */
export function goesElsewhere(error: unknown): error is BerthError {
  if (!(error instanceof BerthError) || error instanceof UnclearStart) return false;
  return LOST.has(error.reason) || REFUSALS.has(error.reason);
}

/** All hosts are full, so that waiting in line helps. */
export function isFull(error: unknown): error is BerthError {
  return error instanceof BerthError && (error.reason === 'NO_CAPACITY' || error.reason === 'SLOT_EXHAUSTED');
}

export function unclear(host: string, requestId: string, cause: BerthError): UnclearStart {
  const name = oneLine(host);
  return new UnclearStart(
    'HOST_UNREACHABLE',
    `cannot tell whether the session started on ${name}: ${oneLine(cause.message)}`,
    {
      values: { host, request_id: requestId },
      hint: `look once it answers: berth list --host ${name}; the same start with --request-id ${oneLine(requestId)} starts nothing twice`,
      cause,
    },
  );
}

export function interrupted(): BerthError {
  return new BerthError('INTERRUPTED', 'the start was broken off: what was held is given back');
}
