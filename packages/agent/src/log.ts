/**
 * Structured logs: one JSON object a line on standard error. Where journald takes them each line
 * begins with its priority (sd-daemon(3)), which journald reads and takes off.
 */
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** syslog's priorities of pino's levels. */
const PRIORITIES: readonly [number, number][] = [
  [60, 2],
  [50, 3],
  [40, 4],
  [30, 6],
  [0, 7],
];

export function createLog(options: {
  level: string;
  destination?: DestinationStream;
  /** Standard error is journald's. */
  journald?: boolean;
}): Log {
  const plain = options.destination ?? pino.destination({ fd: 2, sync: true });
  return pino(
    {
      level: options.level,
      base: { program: 'berthd', pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    options.journald ? prioritised(plain) : plain,
  );
}

function prioritised(to: DestinationStream): DestinationStream {
  return {
    write(line) {
      const level = Number(/^\{"level":(\d+)/.exec(line)?.[1] ?? 30);
      const [, priority] = PRIORITIES.find(([least]) => level >= least) ?? [0, 6];
      to.write(`<${priority}>${line}`);
    },
  };
}
