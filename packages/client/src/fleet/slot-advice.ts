/** How large slots should be, from the memory that past sessions held at most. Pure. */
import { GIB, MIB } from '@berth/shared/domain/memory';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';

export interface SlotAdvice {
  /** What ran: the preset, or the program of an argv. */
  readonly work: string;
  /** Ended sessions whose peak is known. */
  readonly sessions: number;
  readonly slot_bytes: number;
  readonly median_peak_bytes: number;
  readonly highest_peak_bytes: number;
  readonly out_of_memory: number;
  readonly suggested_bytes: number;
}

/** A quarter above the highest peak: the next run may need a little more than the last. */
const HEADROOM = 1.25;

/** One line for each kind of work, the most wasteful first. Sessions without a peak say nothing. */
export function slotAdvice(sessions: readonly SessionSnapshot[]): SlotAdvice[] {
  const kinds = new Map<string, SessionSnapshot[]>();
  for (const session of sessions) {
    if (!isFinal(session.state) || session.memoryPeakBytes === 0) continue;
    const work = session.preset || (session.argv[0]?.split('/').at(-1) ?? '');
    kinds.set(work, [...(kinds.get(work) ?? []), session]);
  }
  const lines = [...kinds].map(([work, of]) => adviceFor(work, of));
  return lines.sort((a, b) => wasteOf(b) - wasteOf(a) || (a.work < b.work ? -1 : 1));
}

function adviceFor(work: string, sessions: readonly SessionSnapshot[]): SlotAdvice {
  const peaks = sessions.map((session) => session.memoryPeakBytes).sort((a, b) => a - b);
  const highest = peaks.at(-1) ?? 0;
  const slot = Math.max(...sessions.map((session) => session.memoryBytes));
  const killed = sessions.filter((session) => session.oomKills > 0).length;
  // What was ended for memory would have taken more than its peak tells: twice, and look again.
  const wanted = killed > 0 ? Math.max(slot * 2, highest * HEADROOM) : highest * HEADROOM;
  return {
    work,
    sessions: sessions.length,
    slot_bytes: slot,
    median_peak_bytes: peaks[Math.floor((peaks.length - 1) / 2)] ?? 0,
    highest_peak_bytes: highest,
    out_of_memory: killed,
    suggested_bytes: rounded(wanted),
  };
}

function wasteOf({ slot_bytes, suggested_bytes, sessions }: SlotAdvice): number {
  return Math.abs(slot_bytes - suggested_bytes) * sessions;
}

/** Up to a size that people would choose: steps of 64 MiB, from 4 GiB on of 1 GiB. */
function rounded(bytes: number): number {
  const step = bytes > 4 * GIB ? GIB : 64 * MIB;
  return Math.max(step, Math.ceil(bytes / step) * step);
}
