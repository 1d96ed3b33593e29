/** The health of an agent that was just started: it answers, and goes on running while it does. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Scope } from '@berth/shared/domain/host-snapshot';
import { VERSION } from '@berth/shared/domain/version';
import { ask } from '../rpc/health-client.ts';
import { systemctl } from './systemd-setup.ts';

const LOOK_MS = 200;
/** An agent that falls over at once may answer before it does. */
const LOOKS = 3;

export interface AgentPlace {
  /** Name of its units, without a suffix. */
  readonly unit: string;
  readonly socket: string;
}

/** Resolves with the version of all of them, once each is well; rejects with the last problem of one. */
export async function healthOf(options: {
  agents: readonly AgentPlace[];
  scope: Scope;
  deadlineMs: number;
}): Promise<string> {
  const deadline = performance.now() + options.deadlineMs;
  const versions = await Promise.all(
    options.agents.map((agent) => settled(agent, { scope: options.scope, deadline })),
  );
  return versions.find((version) => version !== versions[0]) ?? versions[0] ?? VERSION;
}

/** After several good looks in a row at one process. */
async function settled(agent: AgentPlace, at: { scope: Scope; deadline: number }): Promise<string> {
  let problem = 'it did not answer';
  let good = { pid: '', looks: 0 };
  while (performance.now() < at.deadline) {
    const pid = await mainPid(at.scope, agent.unit);
    const seen = await ask(agent.socket);
    if (seen.host && seen.problems.length === 0 && pid !== '0') {
      good = { pid, looks: good.pid === pid ? good.looks + 1 : 1 };
      if (good.looks >= LOOKS) return seen.host.version;
    } else {
      good = { pid: '', looks: 0 };
      problem = seen.problems.join('; ') || problem;
    }
    await pause(LOOK_MS);
  }
  throw new Error(`${agent.unit}: ${problem}`);
}

async function mainPid(scope: Scope, unit: string): Promise<string> {
  return (await systemctl(scope, 'show', '--property=MainPID', '--value', `${unit}.service`)).trim();
}
