/** The health of an agent that was just started: it answers, and goes on running while it does. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Scope } from '@berth/shared/domain/host-snapshot';
import { ask } from '../rpc/health-client.ts';
import { systemctl } from './systemd-setup.ts';

const LOOK_MS = 200;
/** An agent that falls over at once may answer before it does. */
const LOOKS = 3;

/** Resolves with its version after several good looks in a row at one process; rejects with the last problem. */
export async function healthOf(options: {
  socket: string;
  scope: Scope;
  deadlineMs: number;
}): Promise<string> {
  const deadline = performance.now() + options.deadlineMs;
  let problem = 'it did not answer';
  let good = { pid: '', looks: 0 };
  while (performance.now() < deadline) {
    const pid = await mainPid(options.scope);
    const seen = await ask(options.socket);
    if (seen.host && seen.problems.length === 0 && pid !== '0') {
      good = { pid, looks: good.pid === pid ? good.looks + 1 : 1 };
      if (good.looks >= LOOKS) return seen.host.version;
    } else {
      good = { pid: '', looks: 0 };
      problem = seen.problems.join('; ') || problem;
    }
    await pause(LOOK_MS);
  }
  throw new Error(problem);
}

async function mainPid(scope: Scope): Promise<string> {
  return (await systemctl(scope, 'show', '--property=MainPID', '--value', 'berthd.service')).trim();
}
