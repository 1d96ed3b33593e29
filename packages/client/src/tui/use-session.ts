/** What is asked of a session only while somebody looks at it: the end of its output, and its details. */
import { messageOf } from '@berth/shared/domain/berth-error';
import type { GitState } from '@berth/shared/domain/session-details';
import { oneLine } from '@berth/shared/domain/text';
import { useEffect, useRef, useState } from 'react';
import type { DashRow } from '../fleet/dash/row.ts';
import type { DashPorts } from './ports.ts';

/** Somebody who only moves past a session asks nothing of it. */
const SETTLE_MS = 150;
const GIT_EVERY_MS = 10_000;

export interface Tail {
  /** Safe lines; null while nothing is known. */
  readonly lines: readonly string[] | null;
  /** Why there are none, or why they are old; empty where all is well. */
  readonly problem: string;
}

const NOTHING: Tail = { lines: null, problem: '' };

/** The last lines, looked at again every `everyMs` for as long as it lives. */
export function useTail(
  ports: DashPorts,
  row: DashRow | null,
  want: { lines: number; everyMs: number },
): Tail {
  const { lines, everyMs } = want;
  const [told, setTold] = useState<{ key: string; tail: Tail }>({ key: '', tail: NOTHING });
  useAsking(row, { everyMs, lines }, async (asked, signal) => {
    try {
      const screen = await ports.screen(asked, lines, signal);
      setTold({ key: asked.key, tail: { lines: screen, problem: '' } });
    } catch (error) {
      const problem = oneLine(messageOf(error));
      setTold((was) => ({
        key: asked.key,
        tail: { lines: was.key === asked.key ? was.tail.lines : null, problem },
      }));
    }
  });
  return told.key === row?.key ? told.tail : NOTHING;
}

/** Undefined while it is not known. */
export function useGit(ports: DashPorts, row: DashRow | null): GitState | null | undefined {
  const [told, setTold] = useState<{ key: string; git: GitState | null } | null>(null);
  useAsking(row, { everyMs: GIT_EVERY_MS, lines: 0 }, async (asked, signal) => {
    const { git } = await ports.details(asked, signal);
    setTold({ key: asked.key, git });
  });
  return told !== null && told.key === row?.key ? told.git : undefined;
}

/** Asks at once and then again and again, one question at a time; where it has ended once for so many lines. */
function useAsking(
  row: DashRow | null,
  { everyMs, lines }: { everyMs: number; lines: number },
  ask: (row: DashRow, signal: AbortSignal) => Promise<void>,
): void {
  const latest = useRef({ row, ask });
  latest.current = { row, ask };
  const hasScreen = row !== null && (row.session !== null || row.external?.live === true);
  const question = row && hasScreen && row.staleSince === null ? `${row.key} ${lines}` : null;
  const ended = row?.ended === true;
  useEffect(() => {
    if (question === null) return undefined;
    const stop = new AbortController();
    let timer: NodeJS.Timeout;
    const turn = async () => {
      const now = latest.current;
      // What cannot be told now is asked for again.
      if (now.row) await now.ask(now.row, stop.signal).catch(() => {});
      if (!stop.signal.aborted && !ended) timer = setTimeout(turn, everyMs);
    };
    timer = setTimeout(turn, SETTLE_MS);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [question, ended, everyMs]);
}
