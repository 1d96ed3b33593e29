/** A process that was started here, told from a later one with the same number. */
import { type Process, processOf } from './processes.ts';

export interface Identity {
  readonly pid: number;
  readonly start: string;
}

/** Of one that ended at once there is nothing to know it by: it is never found again. */
export function identityOf(pid: number): Identity {
  return { pid, start: processOf(pid)?.start ?? 'ended' };
}

/** Null where it has ended. */
export function livingOf({ pid, start }: Identity): Process | null {
  const found = processOf(pid);
  return found && !found.zombie && found.start === start ? found : null;
}

/** One that has ended is no error. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
