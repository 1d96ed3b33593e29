/** The host `dev` over a real sshd on loopback, and plain ssh to it on a warm master for the peers. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';

export interface SshHost extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** argv of plain ssh to the host with these options; the remote command goes behind it. */
  ssh(...options: string[]): string[];
  /** Paths on the host, of a session. */
  tmuxSocket(session: string): string;
  transcript(session: string): string;
}

/** Agents for `local` and `dev`; berth's tunnel and the peers' master are warm when this resolves. */
export async function startSshHost(): Promise<SshHost> {
  await using cleanup = new AsyncDisposableStack();
  const sandbox = cleanup.use(createSandbox());
  await sandbox.startAgent();
  await sandbox.startAgent({ name: 'dev' });
  const sshd = cleanup.use(await TestSshd.start(sandbox, { name: 'dev' }));
  const config = configureHosts(sandbox, [{ sshd }]);
  const control = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${join(sandbox.dir, 'peer.ctl')}`];
  const ssh = (...options: string[]) => ['ssh', '-F', config, ...control, ...options, 'dev'];
  const [program = '', ...warmUp] = [...ssh('-o', 'ControlPersist=10m'), 'true'];
  execFileSync(program, warmUp, { stdio: 'ignore', env: sandbox.env, timeout: 20_000 });
  await sandbox.json(['list', '--host', 'dev']);
  const kept = cleanup.move();
  return {
    sandbox,
    ssh,
    tmuxSocket: (session) => join(sandbox.dir, 'dev/run/berth/t', session),
    transcript: (session) => join(sandbox.dir, 'dev/state/berth/sessions', session, 'transcript'),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
