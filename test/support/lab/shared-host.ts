/** A host of a lab with the built agent in system scope, and a client that reaches it as several users. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../programs.ts';
import { Running } from '../running.ts';
import { createSandbox, type Sandbox } from '../sandbox.ts';
import { until } from '../until.ts';
import type { LabHost } from './host.ts';
import { type Lab, openLab } from './lab.ts';

const RELEASE = join(ROOT, 'dist/release');
/** Setting up brings 40 MB over ssh and starts two programs of 110 MB. */
const SET_UP_MS = 120_000;

export interface SharedHostOptions {
  /** Beside `dev`, who set it up and may use sudo. Each is a remote of that name. */
  readonly users?: readonly string[];
  /** Of /etc/berth/berthd.env. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface SharedHost extends AsyncDisposable {
  readonly lab: Lab;
  readonly vm: LabHost;
  /** Its remotes: `dev`, and the users. */
  readonly sandbox: Sandbox;
}

/** What the journal and the socket of a host's users are reached by, past Berth: plain ssh. */
export async function forwardedSocket(
  { lab, sandbox }: SharedHost,
  { user, socket }: { user: string; socket: string },
): Promise<{ path: string } & AsyncDisposable> {
  const path = join(sandbox.dir, `f${++forwards}`);
  const argv = [
    'ssh',
    '-F',
    lab.sshConfig,
    '-N',
    '-o',
    'ExitOnForwardFailure=yes',
    '-L',
    `${path}:${socket}`,
  ];
  const forward = new Running([...argv, `${user}@vm1`], { env: sandbox.env });
  await until(() => existsSync(path), { what: `${socket} is forwarded` });
  return { path, [Symbol.asyncDispose]: () => forward[Symbol.asyncDispose]() };
}

let forwards = 0;

/** Where the executables are that hosts get; throws, with the command that builds them. */
function releaseDirectory(): string {
  for (const name of ['berthd-linux-x64', 'berth-linux-x64']) {
    if (existsSync(join(RELEASE, name))) continue;
    throw new Error(`no ${name} in ${RELEASE}: run npm run build:release -- --arch x64 --no-deb`);
  }
  return RELEASE;
}

/** A sandbox whose client reaches the hosts of a lab and finds agents to install on them. */
function labSandbox(lab: Lab): Sandbox {
  const sandbox = createSandbox();
  sandbox.env.BERTH_SSH_CONFIG = lab.sshConfig;
  sandbox.env.BERTH_AGENT_DIR = releaseDirectory();
  sandbox.env.BERTH_NO_SYSTEMD = '1';
  sandbox.writeConfig('remotes.yaml', 'remotes:\n  - name: local\n    host: localhost\n    enabled: false\n');
  return sandbox;
}

/** Runs `berth host add`; throws where it failed. */
async function addHost(sandbox: Sandbox, args: readonly string[]): Promise<void> {
  const { code, stderr } = await sandbox.berth(['host', 'add', ...args], { timeoutMs: SET_UP_MS });
  if (code !== 0) throw new Error(`berth host add ${args.join(' ')} exited with ${code}: ${stderr}`);
}

export async function openSharedHost({
  users = [],
  settings = {},
}: SharedHostOptions = {}): Promise<SharedHost> {
  await using scope = new AsyncDisposableStack();
  const lab = scope.use(await openLab());
  const sandbox = scope.use(labSandbox(lab));
  const vm = await lab.host('vm1', { sudo: true });
  const file = vm.path('/etc/berth/berthd.env');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  await addHost(sandbox, ['dev', 'vm1', '--system']);
  for (const user of users) {
    await vm.addUser(user);
    await vm.run(['berthd', 'allow', user], { check: true, timeoutMs: SET_UP_MS });
    await addHost(sandbox, [user, `${user}@vm1`, '--system']);
  }
  const owned = scope.move();
  return { lab, vm, sandbox, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
