/** Structured logs: one JSON object a line on standard error, where journald or a file takes them. */
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

export function createLog(options: { level: string; destination?: DestinationStream }): Log {
  const destination = options.destination ?? pino.destination({ fd: 2, sync: true });
  return pino(
    {
      level: options.level,
      base: { program: 'berthd', pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}
