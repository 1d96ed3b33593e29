/** Running programs inside a host, from outside: no ssh, no login, no session. */
import { readFileSync } from 'node:fs';
import { type Finished, run } from '../running.ts';

export interface EnterOptions {
  /** Default: root. */
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  /** Throw where it does not exit with 0. */
  readonly check?: boolean;
}

interface Entrance extends EnterOptions {
  /** First process of the host, by this machine's count. */
  readonly init: number;
  /** The host's root directory. */
  readonly root: string;
}

export async function enter(argv: readonly string[], entrance: Entrance): Promise<Finished> {
  const { init, root, user = 'root', env = {}, input, timeoutMs, check } = entrance;
  const { uid, gid, home, shell } = account(root, user);
  const environment = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    USER: user,
    LOGNAME: user,
    HOME: home,
    SHELL: shell,
    XDG_RUNTIME_DIR: `/run/user/${uid}`,
    ...env,
  };
  const identity = ['--reuid', uid, '--regid', gid, '--init-groups', '--pdeathsig', 'KILL'];
  const whole = [
    ...['nsenter', '--target', String(init), '--mount', '--pid', '--uts', '--ipc', '--net', '--cgroup', '--'],
    ...['setpriv', ...identity, '--', 'env', '--chdir', home, '--', ...argv],
  ];
  const options = { env: environment, ...(input === undefined ? {} : { input }) };
  const finished = await run(whole, timeoutMs === undefined ? options : { ...options, timeoutMs });
  if (check && finished.code !== 0) {
    const { code, signal, stdout, stderr } = finished;
    throw new Error(`${argv.join(' ')} ended with ${code ?? signal}:\n${stdout}${stderr}`);
  }
  return finished;
}

interface Account {
  readonly uid: string;
  readonly gid: string;
  readonly home: string;
  readonly shell: string;
}

export function account(root: string, user: string): Account {
  const lines = readFileSync(`${root}/etc/passwd`, 'utf8').split('\n');
  const fields = lines.find((line) => line.startsWith(`${user}:`))?.split(':');
  if (!fields) throw new Error(`no user ${user}`);
  const [, , uid = '', gid = '', , home = '', shell = ''] = fields;
  return { uid, gid, home, shell };
}
