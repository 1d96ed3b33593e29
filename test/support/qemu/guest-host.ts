/** A QEMU guest that is a host of Berth's, user scope, and a client of its own on this machine. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '@berth/shared/domain/version';
import { ROOT } from '../programs.ts';
import { createSandbox, type Sandbox } from '../sandbox.ts';
import { startedId } from '../started.ts';
import { bootVm, type QemuVm } from './vm.ts';

const RELEASE = join(ROOT, 'dist/release');
const AGENT = 'berthd-linux-x64';
const UNITS = '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service';
/** The guest is some ten times slower than the machine. */
const SLOW = { timeoutMs: 170_000 };

/** What these tests read of `list --json`. */
export interface GuestSession {
  readonly session_id: string;
  readonly name: string;
  readonly status: string;
  readonly failure_reason: string | null;
  readonly detail: string;
  readonly enforcement: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly incarnation: number;
  readonly memory_bytes: number;
  readonly memory_peak_bytes: number;
  readonly memory_used_bytes: number;
  readonly cpu_seconds: number | null;
  readonly oom_kills: number;
}

export class GuestHost implements AsyncDisposable {
  readonly vm: QemuVm;
  readonly sandbox: Sandbox;

  constructor(vm: QemuVm) {
    this.vm = vm;
    this.sandbox = createSandbox();
    const patience = { BERTH_CONNECT_TIMEOUT: '90s', BERTH_CALL_TIMEOUT: '90s', BERTH_FANOUT_TIMEOUT: '90s' };
    const way = { BERTH_SSH_CONFIG: vm.sshConfig, BERTH_AGENT_DIR: RELEASE };
    Object.assign(this.sandbox.env, patience, way);
    this.sandbox.writeConfig('remotes.yaml', 'remotes:\n  - name: local\n    enabled: false\n');
  }

  /** The output of a command in the guest; throws where it failed. */
  async guest(script: string, user: 'dev' | 'root' = 'dev'): Promise<string> {
    const environment = 'export XDG_RUNTIME_DIR=/run/user/$(id -u)';
    const { code, stdout, stderr } = await this.vm.ssh(['sh', '-c', `${environment}\n${script}`], { user });
    if (code !== 0) throw new Error(`in the guest: ${script}: ${code} ${stderr}`);
    return stdout.trim();
  }

  /** A file of a control group below berth.slice; of the slice itself without a session. */
  async group(file: string, sessionId?: string): Promise<string> {
    return await this.guest(
      `cat ${UNITS}/berth.slice/${sessionId ? `berth-${sessionId}.service/` : ''}${file}`,
    );
  }

  async start(flags: readonly string[], argv: readonly string[]): Promise<string> {
    return await startedId(this.sandbox, ['start', '--json', '--host', 'vm', ...flags, '--', ...argv], SLOW);
  }

  async sessions(): Promise<readonly GuestSession[]> {
    const { sessions } = await this.json<{ sessions: GuestSession[] }>(['list', '--all']);
    return sessions;
  }

  async session(id: string): Promise<GuestSession> {
    const found = (await this.sessions()).find(({ session_id }) => session_id === id);
    if (!found) throw new Error(`the host knows no session ${id}`);
    return found;
  }

  json<T>(args: readonly string[]): Promise<T> {
    return this.sandbox.json<T>(args, SLOW);
  }

  /** All that a session printed, as its terminal got it. */
  async transcript(id: string): Promise<string> {
    const args = ['output', id, '--raw', '--since-offset', '0'];
    const { code, stdout, stderr } = await this.sandbox.berth(args, SLOW);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  /** A local socket that leads to the agent's. */
  async tunnel(): Promise<string> {
    return (await this.json<{ socket: string }>(['tunnel', 'vm'])).socket;
  }

  /** Main process of the agent's unit. */
  async agentPid(): Promise<number> {
    return Number(await this.guest('systemctl --user show --property=MainPID --value berthd.service'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox[Symbol.asyncDispose]();
    await this.vm[Symbol.asyncDispose]();
  }
}

/** Boots a VM and adds it, under the name `vm`, to a client that knows no other host. */
export async function openGuestHost(): Promise<GuestHost> {
  const sums = join(RELEASE, 'SHA256SUMS');
  if (!existsSync(sums)) {
    throw new Error(
      `there is no ${AGENT} in ${RELEASE}: run npm run build:release -- --arch x64 --no-deb first`,
    );
  }
  const sum = new RegExp(`^([0-9a-f]{64})  ${AGENT}$`, 'm').exec(readFileSync(sums, 'utf8'))?.[1] ?? '';
  const host = new GuestHost(await bootVm({ tree: RELEASE }));
  try {
    await host.guest('loginctl enable-linger dev', 'root');
    // Where an upload would bring it: emulated ssh takes half a minute for that.
    const place = `$HOME/.local/lib/berth/versions/${VERSION}-${sum.slice(0, 12)}`;
    await host.guest(`mkdir -p ${place} && cp /opt/lab/${AGENT} ${place}/berthd`);
    // A second here can take half a minute in there, when the machine is busy.
    const dropIn = '$HOME/.config/systemd/user/berthd.service.d';
    await host.guest(`mkdir -p ${dropIn} && printf '[Service]\\nWatchdogSec=120s\\n' >${dropIn}/slow.conf`);
    await host.json(['host', 'add', 'vm']);
    return host;
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}
