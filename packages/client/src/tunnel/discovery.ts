/** Finding the agent on a host: what it wrote into its state directory. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { HostConfig } from '../config/remotes.ts';

export interface Discovered {
  /** The agent's socket on the host. */
  readonly socket: string;
  /** What connects standard input and output to it. */
  readonly dial: readonly string[];
}

/** For the host's sh; prints agent.json, or nothing. */
export const DISCOVERY_SCRIPT =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a parameter of the host's shell
  'f="${XDG_STATE_HOME:-$HOME/.local/state}/berth/agent.json"; if [ -f "$f" ]; then cat "$f"; fi\n';

/** Start-up files of the host may print before it: what counts is the last line. */
export function parseDiscovery(output: string, host: HostConfig): Discovered {
  const line = output.trim().split('\n').at(-1) ?? '';
  try {
    const { socket, dial } = JSON.parse(line) as Partial<Discovered>;
    if (typeof socket === 'string' && Array.isArray(dial)) return { socket, dial };
  } catch {
    // Not what an agent wrote.
  }
  throw agentMissing(host);
}

export function agentMissing(host: HostConfig): BerthError {
  return new BerthError(
    'AGENT_MISSING',
    `no agent runs on host ${host.name}: ssh works, berthd does not answer`,
    {
      values: { host: host.name },
      hint: `bring one: berth host add ${host.name}; or see why: berth host doctor ${host.name}`,
    },
  );
}
