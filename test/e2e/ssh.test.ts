/** Hosts over ssh: the real client, the real OpenSSH, a real sshd and a real agent behind it. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';

interface Listed {
  readonly sessions: readonly { session_id: string; status: string; vm_name: string }[];
  readonly hosts: readonly { name: string; state: string; error: unknown }[];
}

/** A sandbox with the host `dev`, reached by ssh alone. */
async function withHost(config: readonly string[] = []) {
  const sandbox = createSandbox();
  const agent = await sandbox.startAgent({ name: 'dev' });
  const sshd = await TestSshd.start(sandbox, { name: 'dev', config });
  configureHosts(sandbox, [{ sshd }]);
  return {
    sandbox,
    agent,
    sshd,
    async [Symbol.asyncDispose]() {
      await sshd[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

/** Logs every run of ssh, then runs it. */
function countedSsh(sandbox: Sandbox) {
  const log = join(sandbox.dir, 'ssh-runs');
  const script = join(sandbox.dir, 'ssh');
  writeFileSync(log, '');
  writeFileSync(script, `#!/bin/sh\necho "$*" >>${log}\nexec /usr/bin/ssh "$@"\n`);
  chmodSync(script, 0o755);
  return { env: { BERTH_SSH: script }, runs: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) };
}

/** Number of the master's process. */
function masterPid(sandbox: Sandbox): number {
  const directory = join(sandbox.runtimeDir, 'h');
  const file = readdirSync(directory).find((name) => name.endsWith('.pid'));
  return Number(readFileSync(join(directory, file ?? ''), 'utf8'));
}

it('starts, lists, prints, types and kills over ssh', async () => {
  await using host = await withHost();
  const { sandbox } = host;
  const script = 'echo ready; read line; echo "got $line"; exit 5';
  const id = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'bash', '-c', script]);
  const listed = await sandbox.json<Listed>(['list', '--remote']);
  expect(listed.sessions).toMatchObject([{ session_id: id, vm_name: 'dev', status: 'running' }]);
  await using follower = sandbox.spawnBerth(['output', `dev:${id}`, '--follow']);
  await follower.waitForText(/ready/);
  expect((await sandbox.berth(['send', id, 'a word', '--enter'])).code).toBe(0);
  await follower.waitForText(/got a word/);
  await follower.finished;
  const killed = await sandbox.berth(['kill', id]);
  expect(killed).toMatchObject({ code: 0, stdout: expect.stringMatching(/had ended/) });
});

it('needs no ssh process once the tunnel is warm, and one master for many cold clients', async () => {
  await using host = await withHost();
  const { sandbox } = host;
  const ssh = countedSsh(sandbox);
  // Twenty at once want more time than a question to all hosts gives to each.
  const env = { ...ssh.env, BERTH_FANOUT_TIMEOUT: '50s' };
  const list = () => sandbox.berth(['list', '--host', 'dev'], { env, timeoutMs: 60_000 });
  const cold = await Promise.all(Array.from({ length: 20 }, list));
  expect(cold.map(({ code }) => code)).toEqual(Array(20).fill(0));
  expect(ssh.runs().filter((run) => / -M /.test(` ${run}`))).toHaveLength(1);
  const before = ssh.runs().length;
  expect((await list()).code).toBe(0);
  expect(ssh.runs()).toHaveLength(before);
  // The tunnel belongs to no command: it outlives the one that made it.
  const { stdout } = await sandbox.berth(['tunnel', 'dev'], { env: ssh.env });
  expect(stdout.trim()).toMatch(/\.s$/);
}, 90_000);

it.each(['SIGKILL', 'SIGSTOP'] as const)('recovers from a master that got %s', async (signal) => {
  await using host = await withHost();
  const { sandbox } = host;
  expect((await sandbox.berth(['list', '--host', 'dev'])).code).toBe(0);
  process.kill(masterPid(sandbox), signal);
  const next = await sandbox.berth(['list', '--host', 'dev', '--json'], {
    env: { BERTH_FANOUT_TIMEOUT: '15s' },
  });
  expect(next).toMatchObject({ code: 0, stderr: '' });
  expect((JSON.parse(next.stdout) as Listed).hosts).toMatchObject([{ name: 'dev', error: null }]);
});

it('keeps a session through the death of client, master, connection and agent', async () => {
  await using host = await withHost();
  const { sandbox, agent, sshd } = host;
  const script = 'i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.05; done';
  const id = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'bash', '-c', script]);
  const client = sandbox.spawnBerth(['output', id, '--follow']);
  await client.waitForText(/line 3/);
  client.kill('SIGKILL');
  process.kill(masterPid(sandbox), 'SIGKILL');
  sshd.killConnections();
  await agent.kill9();
  await agent.restart();
  const { sessions } = await sandbox.json<Listed>(['list', '--host', 'dev']);
  expect(sessions).toMatchObject([{ session_id: id, status: 'running' }]);
  const terminal = sandbox.berthTerminal(['attach', id]);
  await terminal.waitForScreen(/line \d+/);
  terminal.press('C-c');
  await terminal.waitForExit();
  const { stdout } = await sandbox.berth(['output', id, '--all']);
  const printed = stdout.split('\n').filter((line) => line.startsWith('line '));
  expect(printed.length).toBeGreaterThan(3);
  expect(printed).toEqual(printed.map((_, index) => `line ${index + 1}`));
}, 90_000);

it('goes on following over a new master and a new agent, each byte once', async () => {
  await using host = await withHost();
  const { sandbox, agent, sshd } = host;
  const go = join(sandbox.dir, 'go');
  const script = `for i in $(seq 3000); do echo "line $i"; [ $((i % 1000)) = 0 ] && until [ -e ${go}$((i / 1000)) ]; do sleep 0.01; done; done`;
  const id = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'bash', '-c', script]);
  await using follower = sandbox.spawnBerth(['output', id, '--follow', '--raw', '--since-offset', '0']);
  const breaks = [
    () => void process.kill(masterPid(sandbox), 'SIGKILL'),
    () => sshd.killConnections(),
    () => agent.restart(),
  ];
  for (const [index, breakIt] of breaks.entries()) {
    await follower.waitForText(new RegExp(`line ${index + 1}000\r`));
    await breakIt();
    writeFileSync(`${go}${index + 1}`, '');
  }
  const { stdout } = await follower.finished;
  expect(stdout).toBe(Array.from({ length: 3000 }, (_, index) => `line ${index + 1}\r\n`).join(''));
}, 90_000);

it('goes through a jump host, and only through it', async () => {
  await using host = await withHost();
  const { sandbox, sshd } = host;
  await using bastion = await TestSshd.start(sandbox, { name: 'bastion' });
  configureHosts(sandbox, [{ sshd, jump: 'bastion' }, { sshd: bastion }]);
  const { code, stderr } = await sandbox.berth(['start', '--host', 'dev', '--', 'true']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(bastion.log).toMatch(/Accepted publickey/);
});

it('falls back to dial-stdio where the server forbids forwarding', async () => {
  await using host = await withHost(['AllowStreamLocalForwarding no']);
  const { sandbox } = host;
  const script = 'echo over stdio; exit 0';
  const id = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'bash', '-c', script]);
  await using follower = sandbox.spawnBerth(['output', id, '--follow']);
  await follower.waitForText(/over stdio/);
  expect((await follower.finished).code).toBe(0);
  // No master can hold such a tunnel: the command itself stays, and says so.
  await using tunnel = sandbox.spawnBerth(['tunnel', 'dev']);
  await tunnel.waitForText(/the socket is there while this runs/);
  expect(tunnel.ended).toBe(false);
});

it('tells what keeps it from a host, each in two lines with its exit code', async () => {
  await using host = await withHost();
  const { sandbox, agent, sshd } = host;
  const refused = (line: RegExp, hint: RegExp, code: number) => ({
    code,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`^berth: ${line.source}\\n {2}hint: ${hint.source}\\n$`)),
  });
  const start = () => sandbox.berth(['start', '--host', 'dev', '--', 'true']);

  configureHosts(sandbox, [{ sshd }], { knownHosts: '' });
  expect(await start()).toMatchObject(
    refused(/cannot reach host dev: its host key is not known yet/, /connect once by hand .*ssh dev true/, 6),
  );
  const other = join(sandbox.dir, 'other');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
  const wrong = `[127.0.0.1]:${sshd.port} ${readFileSync(`${other}.pub`, 'utf8')}`;
  configureHosts(sandbox, [{ sshd }], { knownHosts: wrong });
  expect(await start()).toMatchObject(
    refused(
      /cannot reach host dev: its host key has changed/,
      /if the machine was rebuilt.*ssh-keygen -R.*/,
      6,
    ),
  );
  configureHosts(sandbox, [{ sshd, remote: `    key: ${other}\n` }]);
  const config = join(sandbox.dir, 'ssh_config');
  writeFileSync(config, readFileSync(config, 'utf8').replace(/ {2}IdentityFile.*\n/, ''));
  expect(await start()).toMatchObject(
    refused(
      /cannot reach host dev: it refuses the login/,
      /this must work without a password: ssh dev true/,
      6,
    ),
  );
  configureHosts(sandbox, [{ sshd }]);
  await agent.stop();
  expect(await start()).toMatchObject(
    refused(
      /no agent runs on host dev: ssh works, berthd does not answer/,
      /bring one: berth host add dev; or see why: berth host doctor dev/,
      3,
    ),
  );
  await sshd.stop();
  process.kill(masterPid(sandbox), 'SIGKILL');
  expect(await start()).toMatchObject(
    refused(
      /cannot reach host dev: nothing listens there \(connection refused\)/,
      /check that the host is up: .*/,
      3,
    ),
  );
}, 60_000);

it('shows the living hosts and names the dead one, never an empty list', async () => {
  await using host = await withHost();
  const { sandbox } = host;
  await using gone = await TestSshd.start(sandbox, { name: 'gone' });
  configureHosts(sandbox, [{ sshd: host.sshd }, { sshd: gone }]);
  await gone.stop();
  const id = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'sleep', '1000']);
  const text = await sandbox.berth(['list', '--remote']);
  expect(text.stdout).toContain(id);
  expect(text.stderr).toMatch(/host gone: unreachable: .*connection refused/);
  const listed = await sandbox.json<Listed>(['list', '--remote']);
  expect(listed.hosts.find(({ name }) => name === 'gone')).toMatchObject({ error: expect.anything() });
});

it('gives a frozen host its deadline and no more', async () => {
  await using host = await withHost();
  const { sandbox, sshd } = host;
  await sandbox.startAgent();
  expect((await sandbox.berth(['list'])).code).toBe(0);
  sshd.freeze(true);
  const env = { BERTH_FANOUT_TIMEOUT: '1s' };
  const { code, stderr } = await sandbox.berth(['list'], { env, timeoutMs: 15_000 });
  sshd.freeze(false);
  expect(code).toBe(0);
  expect(stderr).toMatch(/host dev: unreachable: .*within 1 s/);
});

it('refuses another host behind a known name, before anything has an effect', async () => {
  await using host = await withHost();
  const { sandbox } = host;
  expect((await sandbox.berth(['list', '--host', 'dev'])).code).toBe(0);
  await sandbox.startAgent({ name: 'impostor' });
  await using another = await TestSshd.start(sandbox, { name: 'impostor' });
  configureHosts(sandbox, [{ sshd: another }]);
  const remotes = join(sandbox.configDir, 'remotes.yaml');
  writeFileSync(remotes, readFileSync(remotes, 'utf8').replace('name: impostor', 'name: dev'));
  const start = () => sandbox.berth(['start', '--host', 'dev', '--', 'sleep', '1000']);
  expect(await start()).toMatchObject({
    code: 6,
    stderr: expect.stringMatching(/hint: .*berth host forget dev/),
  });
  expect(readdirSync(join(sandbox.dir, 'impostor/state/berth/sessions'))).toEqual([]);
  expect((await sandbox.berth(['host', 'forget', 'dev'])).code).toBe(0);
  expect((await start()).code).toBe(0);
});
