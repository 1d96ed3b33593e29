/** The way to a host where it is not the plain one: jump hosts, settings of the user's own, an agent that is away. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

/** A sandbox with the host `dev`, reached by ssh alone, and sshds to jump over. */
async function withHost() {
  const sandbox = createSandbox();
  const agent = await sandbox.startAgent({ name: 'dev' });
  const sshds = [await TestSshd.start(sandbox, { name: 'dev' })];
  const [sshd] = sshds as [TestSshd];
  configureHosts(sandbox, [{ sshd }]);
  return {
    sandbox,
    agent,
    sshd,
    /** Another sshd, and the way to `dev` over it. */
    async jumpOver(name: string, config: readonly string[] = []): Promise<TestSshd> {
      const bastion = await TestSshd.start(sandbox, { name, config });
      sshds.push(bastion);
      configureHosts(sandbox, [{ sshd, jump: name }, { sshd: bastion }]);
      return bastion;
    },
    async [Symbol.asyncDispose]() {
      for (const each of sshds) await each[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

const start = (sandbox: Sandbox, env: NodeJS.ProcessEnv = {}) =>
  sandbox.berth(['start', '--host', 'dev', '--', 'true'], { env });

/** The file of the tunnel to `dev` that ends so; undefined where there is none. */
function tunnelFile(sandbox: Sandbox, ending: string): string | undefined {
  const directory = join(sandbox.runtimeDir, 'h');
  const name = readdirSync(directory).find((found) => found.endsWith(ending));
  return name && join(directory, name);
}

function masterPid(sandbox: Sandbox): number {
  return Number(readFileSync(tunnelFile(sandbox, '.pid') ?? '', 'utf8'));
}

function addToSshConfig(sandbox: Sandbox, line: string): void {
  const config = join(sandbox.dir, 'ssh_config');
  writeFileSync(config, `${readFileSync(config, 'utf8')}  ${line}\n`);
}

it('survives an agent that is away for a while, and stays with the forward afterwards', async () => {
  await using host = await withHost();
  const { sandbox, agent } = host;
  expect((await start(sandbox)).code).toBe(0);
  await agent.kill9();
  await using starting = sandbox.spawnBerth(['start', '--host', 'dev', '--', 'true']);
  // It found nobody there, and looks for another way.
  await until(() => tunnelFile(sandbox, '.s') === undefined, { what: 'the client looks for the agent' });
  await agent.restart();
  expect(await starting.finished).toMatchObject({ code: 0, stderr: '' });
  expect(tunnelFile(sandbox, '.mode')).toBeUndefined();
  expect(tunnelFile(sandbox, '.s')).toBeDefined();
});

it('says that the agent is missing where it stays away', async () => {
  await using host = await withHost();
  const { sandbox, agent } = host;
  expect((await start(sandbox)).code).toBe(0);
  await agent.stop();
  const { code, stderr } = await start(sandbox);
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/no agent runs on host dev/) });
  await agent.restart();
  expect((await start(sandbox)).code).toBe(0);
  expect(tunnelFile(sandbox, '.mode')).toBeUndefined();
});

it.each([
  ['a forward whose port is taken', (port: number) => `LocalForward 127.0.0.1:${port} 127.0.0.1:9`],
  ['a command of its own', () => 'RemoteCommand false'],
  ['no session at all', () => 'SessionType none'],
  ['a terminal', () => 'RequestTTY force'],
])('takes no harm from an ssh config that wants %s', async (_what, line) => {
  await using host = await withHost();
  const { sandbox } = host;
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  addToSshConfig(sandbox, line(typeof address === 'object' ? (address?.port ?? 0) : 0));
  const { code, stderr } = await start(sandbox);
  server.close();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it('finds an ssh config in the home directory by its tilde', async () => {
  await using host = await withHost();
  const { sandbox } = host;
  writeFileSync(join(sandbox.home, 'ssh_config'), readFileSync(join(sandbox.dir, 'ssh_config')));
  sandbox.writeConfig('config.yaml', 'ssh_config: ~/ssh_config\n');
  expect(await start(sandbox)).toMatchObject({ code: 0, stderr: '' });
});

it('keeps a master with a jump host through Ctrl-C and the end of the terminal', async () => {
  await using host = await withHost();
  const { sandbox } = host;
  await host.jumpOver('bastion');
  const script = 'echo hello; sleep 1000';
  const args = ['start', '--host', 'dev', '--follow', '--', 'bash', '-c', script];
  const terminal = sandbox.berthTerminal(args);
  await terminal.waitForScreen(/hello/);
  const master = masterPid(sandbox);
  terminal.press('C-c');
  await terminal.waitForExit();
  await terminal[Symbol.asyncDispose]();
  expect((await start(sandbox)).code).toBe(0);
  expect(masterPid(sandbox)).toBe(master);
  const state = execFileSync('ps', ['-o', 'stat=', '-p', String(master)], { encoding: 'utf8' });
  expect(state).not.toMatch(/^Z/);
});

it('goes over a jump host that leads nowhere else', async () => {
  await using host = await withHost();
  const { sandbox, sshd } = host;
  const bastion = await host.jumpOver('bastion', [`PermitOpen 127.0.0.1:${sshd.port}`]);
  expect(await start(sandbox)).toMatchObject({ code: 0, stderr: '' });
  expect(bastion.connections).not.toEqual([]);
});

it('tells what keeps it from a jump host', async () => {
  await using host = await withHost();
  const { sandbox, sshd } = host;
  const refusal = (name: string, why: string, code: number) => ({
    code,
    stdout: '',
    stderr: expect.stringMatching(
      new RegExp(`^berth: cannot reach host dev through its jump host ${name}: ${why}\\n {2}hint: .*\\n$`),
    ),
  });
  const bastion = await host.jumpOver('bastion');
  configureHosts(sandbox, [{ sshd, jump: 'bastion' }, { sshd: bastion }], { knownHosts: sshd.knownHost });
  expect(await start(sandbox)).toMatchObject(refusal('bastion', 'its host key is not known yet', 6));

  configureHosts(sandbox, [{ sshd, jump: 'bastion' }, { sshd: bastion }]);
  const config = readFileSync(join(sandbox.dir, 'known_hosts'), 'utf8');
  await bastion.changeHostKey();
  writeFileSync(join(sandbox.dir, 'known_hosts'), config);
  const changed = await start(sandbox);
  expect(changed).toMatchObject(refusal('bastion', 'its host key has changed', 6));
  expect(changed.stderr).toContain(`ssh-keygen -R '[127.0.0.1]:${bastion.port}'`);

  await bastion.stop();
  expect(await start(sandbox)).toMatchObject(refusal('bastion', 'nothing listens there .*', 3));
  await host.jumpOver('strict', ['AuthorizedKeysFile none']);
  expect(await start(sandbox)).toMatchObject(refusal('strict', 'it refuses the login', 6));
  await host.jumpOver('closed', ['PermitOpen none']);
  expect(await start(sandbox)).toMatchObject(refusal('closed', 'it forbids the way on to the host', 6));
});

it.each([
  ['no ssh here', 'localhost', { BERTH_SSH: '/nowhere/ssh' }, /\/nowhere\/ssh is not installed here/, 2],
  ['an unknown address', 'no.such.host.invalid', {}, /its address cannot be resolved/, 3],
])('%s', async (_what, address, env, why, code) => {
  await using sandbox = createSandbox();
  sandbox.writeConfig('remotes.yaml', `remotes:\n  - name: dev\n    host: ${address}\n`);
  expect(await start(sandbox, env)).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(why) });
});

it('does not trust anybody anew because the list of known hosts is damaged', async () => {
  await using host = await withHost();
  const { sandbox } = host;
  expect((await start(sandbox)).code).toBe(0);
  const pins = join(sandbox.stateDir, 'pins.json');
  writeFileSync(pins, '');
  const line =
    /^berth: cannot read which hosts are known: .*pins\.json is damaged\n {2}hint: if you trust .*\n$/;
  expect(await start(sandbox)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(line) });
  expect(existsSync(pins)).toBe(true);
  expect(readFileSync(pins, 'utf8')).toBe('');
});
