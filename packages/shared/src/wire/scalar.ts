/** The small change of the wire: times, spans and byte counts. */
import type { Duration } from '../gen/google/protobuf/duration.ts';

export function toDate(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms);
}

/** What protobuf's Timestamp can be, in ms: the years 1 to 9999. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** One beyond what a timestamp can be is a fault of the sender, and no time. */
export function fromDate(date: Date | undefined): number | null {
  const ms = date?.getTime() ?? Number.NaN;
  return ms >= FIRST_MS && ms <= LAST_MS ? ms : null;
}

export function toDuration(ms: number | null): Duration | undefined {
  if (ms === null) return undefined;
  return { seconds: BigInt(Math.floor(ms / 1000)), nanos: Math.round((ms % 1000) * 1e6) };
}

export function fromDuration(duration: Duration | undefined): number | null {
  return duration ? Number(duration.seconds) * 1000 + Math.round(duration.nanos / 1e6) : null;
}

/** A 64-bit count as a safe integer; one beyond 2^53 is a fault of the sender and is capped. */
export function toBytes(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}
