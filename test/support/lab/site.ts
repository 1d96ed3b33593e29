/** A lab host with the agent on it, and a person with the client who added it: what tests of survival begin with. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../programs.ts';
import type { Finished } from '../running.ts';
import { createSandbox, type Sandbox } from '../sandbox.ts';
import { startedId } from '../started.ts';
import { until } from '../until.ts';
import type { LabHost } from './host.ts';
import { type Lab, openLab } from './lab.ts';

/** Where single executables for lab hosts lie, as `npm run build:release` names them. */
export const RELEASE = join(ROOT, 'dist/release');
export const AGENT_PROGRAM = 'berthd-linux-x64';

/** Of the host's user. */
const STATE = '/home/dev/.local/state/berth';

export interface SessionRow {
  readonly session_id: string;
  readonly status: string;
  readonly exit_code: number | null;
  readonly incarnation: number;
}

export class Site implements AsyncDisposable {
  readonly lab: Lab;
  readonly vm: LabHost;
  readonly sandbox: Sandbox;

  constructor(options: { lab: Lab; vm: LabHost; sandbox: Sandbox }) {
    this.lab = options.lab;
    this.vm = options.vm;
    this.sandbox = options.sandbox;
  }

  /** Starts one session on the host, and returns its id. `flags` come before the argv. */
  start(argv: readonly string[], flags: readonly string[] = []): Promise<string> {
    return startedId(this.sandbox, ['start', '--host', 'vm1', '--json', ...flags, '--', ...argv]);
  }

  async sessions(): Promise<SessionRow[]> {
    return (await this.sandbox.json<{ sessions: SessionRow[] }>(['list', '--all', '--host', 'vm1'])).sessions;
  }

  async session(id: string): Promise<SessionRow> {
    const found = (await this.sessions()).find(({ session_id }) => session_id === id);
    if (!found) throw new Error(`no session ${id}`);
    return found;
  }

  /** A file of the session's state directory, as seen from outside of the host. */
  file(id: string, name: string): string {
    return this.vm.path(join(STATE, 'sessions', id, name));
  }

  /** systemctl of the host's user. */
  systemctl(...args: readonly string[]): Promise<Finished> {
    return this.vm.run(['systemctl', '--user', ...args], { user: 'dev', check: true });
  }

  /** Process of the agent, by the host's count; 0 where none runs. */
  async agentPid(): Promise<number> {
    const { stdout } = await this.systemctl('show', '--property=MainPID', '--value', 'berthd.service');
    return Number(stdout);
  }

  /** Resolves with the process of an agent that has come up in the place of `before`. */
  async nextAgent(before: number): Promise<number> {
    const look = async () => {
      const { stdout } = await this.systemctl('show', '--property=MainPID,ActiveState', 'berthd.service');
      const pid = Number(/^MainPID=(\d+)$/m.exec(stdout)?.[1] ?? 0);
      return /^ActiveState=active$/m.test(stdout) && pid !== before ? pid : 0;
    };
    return await until(look, { what: 'another agent has come up', deadlineMs: 60_000, everyMs: 100 });
  }

  /** Makes the agent's unit different until the host is booted anew. */
  async dropIn(text: string): Promise<void> {
    const directory = '$XDG_RUNTIME_DIR/systemd/user/berthd.service.d';
    await this.vm.script(
      `mkdir -p ${directory}; cat >${directory}/test.conf; systemctl --user daemon-reload`,
      {
        user: 'dev',
        input: text,
      },
    );
  }

  /** A socket here that leads to the agent, opened anew where the way broke. */
  async tunnel(): Promise<string> {
    const { code, stdout, stderr } = await this.sandbox.berth(['tunnel', 'vm1']);
    if (code !== 0) throw new Error(`berth tunnel exited with ${code}: ${stderr}`);
    return stdout.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.sandbox[Symbol.asyncDispose]();
    } finally {
      await this.lab[Symbol.asyncDispose]();
    }
  }
}

/** One host with an agent, which the client knows as vm1. */
export async function openSite(): Promise<Site> {
  if (!existsSync(join(RELEASE, AGENT_PROGRAM))) {
    throw new Error(`${RELEASE}/${AGENT_PROGRAM} is missing: npm run build:release -- --arch x64 --no-deb`);
  }
  const lab = await openLab();
  const sandbox = createSandbox();
  try {
    const vm = await lab.host('vm1', { sudo: true });
    Object.assign(sandbox.env, {
      BERTH_SSH_CONFIG: lab.sshConfig,
      BERTH_AGENT_DIR: RELEASE,
      BERTH_NO_SYSTEMD: '1',
    });
    const { code, stderr } = await sandbox.berth(['host', 'add', 'vm1'], { timeoutMs: 120_000 });
    if (code !== 0) throw new Error(`berth host add vm1 exited with ${code}: ${stderr}`);
    return new Site({ lab, vm, sandbox });
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    await lab[Symbol.asyncDispose]();
    throw error;
  }
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
