/** What the commands do for scripts: shapes, formats, codes; and what must never leak or act. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SessionServiceClient, StartRequest } from '@berth/shared/gen/berth/v1/session';
import { credentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';

interface Listed {
  readonly sessions: readonly Record<string, unknown>[];
}

it('starts one session for each prompt, in their order', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const { code, stdout } = await sandbox.berth([
    'start',
    '--preset',
    'shell',
    'sleep 1001',
    'sleep 1002',
    'sleep 1003',
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /\[1\/3\] sess-[\s\S]*sleep 1001[\s\S]*\[2\/3\] sess-[\s\S]*\[3\/3\] sess-[\s\S]*sleep 1003/,
  );
  const { sessions } = await sandbox.json<Listed>(['list']);
  expect(sessions.map(({ prompt }) => prompt).sort()).toEqual(['sleep 1001', 'sleep 1002', 'sleep 1003']);
});

it('keeps what could be started where others could not', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--memory-capacity', '64M', '--default-slot', '32M'] });
  const prompts = ['sleep 1001', 'sleep 1002', 'sleep 1003'];
  const { code, stderr } = await sandbox.berth(['start', '--preset', 'shell', ...prompts]);
  expect(code).toBe(5);
  expect(stderr).toMatch(/no slot of 32 MiB/);
  expect((await sandbox.json<Listed>(['list'])).sessions).toHaveLength(2);
});

it('prints lists that scripts can cut, and every format', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const id = await startedId(sandbox, [
    'start',
    '--json',
    '--tag',
    'team=a,b',
    '--',
    'bash',
    '-c',
    'sleep 1000 # "a, b"',
  ]);
  const list = async (...flags: string[]) => (await sandbox.berth(['list', ...flags])).stdout;
  expect((await list()).split('\n').map((line) => line.split(' ')[0])).toEqual(['SESSION', id, '']);
  expect(await list('--format', 'ids')).toBe(`${id}\n`);
  expect(JSON.parse(await list('--format', 'json'))).toMatchObject([
    { session_id: id, tags: { team: 'a,b' } },
  ]);
  expect(await list('--format', 'yaml')).toContain(`session_id: ${id}`);
  expect(await list('--format', 'csv')).toContain('"bash -c sleep 1000 # ""a, b"""\n');
  expect(await list('--wide')).toMatch(/PRESET {2}.*MEMORY/);
  expect(await list('--by', 'host')).toMatch(/^HOSTNAME +SESSION +STATUS +IP\n\S+ +sess-\S+ +running/);
  expect(await list('--tag', 'team=x')).not.toContain(id);
  expect(await list('--tag', 'team')).toContain(id);
  expect(await list('--status', 'completed,failed')).not.toContain(id);
  expect(await list('--status', 'running')).toContain(id);
  expect(await list('--host', 'local')).toContain(id);
  expect(await list('--remote')).not.toContain(id);
  const piped = `${join(sandbox.dir, 'x')}`;
  writeFileSync(piped, await list());
  expect(execFileSync('sh', ['-c', `grep sess- ${piped} | cut -d' ' -f1`], { encoding: 'utf8' }).trim()).toBe(
    id,
  );
});

it('waits for the end and returns its exit code; follows; passes environments', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const wait = (script: string, ...flags: string[]) =>
    sandbox.berth(['start', ...flags, '--wait', '--', 'bash', '-c', script], {
      env: { FROM_HERE: 'here it is' },
    });
  expect((await wait('exit 42')).code).toBe(42);
  const file = join(sandbox.dir, 'env');
  writeFileSync(file, '# a comment\nFROM_FILE=in the file\n');
  const script = 'echo "$FROM_HERE|$FROM_FILE|$GIVEN|$BERTH_SESSION_ID|$BERTH_WORKSPACE|$PWD"';
  const flags = ['--env', 'FROM_HERE', '--env', 'GIVEN=a=b c', '--env-file', file, '--follow'];
  const { code, stdout } = await wait(script, ...flags);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^here it is\|in the file\|a=b c\|sess-\S+\|(\S+)\|\1\n$/);
});

/** Arguments of every process of this machine. */
function commandLines(): string {
  const read = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(read)
    .join('\n');
}

it('keeps secrets out of arguments, journal, records and logs', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: ['--log-level', 'debug'] });
  const secret = 'hunter2-never-to-be-seen';
  const env = { SECRET_KEY: secret };
  const args = [
    'start',
    '--json',
    '--env',
    'SECRET_KEY',
    '--',
    'bash',
    '-c',
    'test -n "$SECRET_KEY" && sleep 1000',
  ];
  const { code } = await sandbox.berth(args, { env });
  expect(code).toBe(0);
  expect((await sandbox.json<Listed>(['list'])).sessions).toMatchObject([{ status: 'running' }]);
  const found = (directory: string) =>
    execFileSync('sh', ['-c', 'grep -rl "$1" "$2" || true', 'sh', secret, directory], { encoding: 'utf8' });
  expect(found(sandbox.dir)).toBe('');
  expect(agent.log).not.toContain(secret);
  expect(commandLines()).not.toContain(secret);
});

it('never lets a host act on the terminal', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const client = new SessionServiceClient(`unix:${agent.socket}`, credentials.createInsecure());
  const evil = '\u001b]0;owned\u0007\u001b[31m\u009b2J\u202eevil\r\nsecond';
  const request = StartRequest.fromPartial({
    requestId: 'evil',
    argv: ['sleep', '1000', evil],
    tags: { [`k${evil}`]: evil },
  });
  await new Promise((resolve, reject) =>
    client.start(request, (error) => (error ? reject(error) : resolve(null))),
  );
  client.close();
  for (const args of [
    ['list'],
    ['list', '--wide'],
    ['list', '--by', 'host'],
    ['show', 'sess-2'],
    ['status'],
    ['kill', 'sess-2'],
  ]) {
    const { code, stdout, stderr } = await sandbox.berth(args);
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  }
});

it('prints output as it is asked for', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const script = 'for i in $(seq 200); do echo "line $i"; done; printf "\\033[31mred\\033[0m\\n"; sleep 1000';
  const id = await startedId(sandbox, ['start', '--json', '--', 'bash', '-c', script]);
  await using follower = sandbox.spawnBerth(['output', id, '--follow', '--lines', '2']);
  await follower.waitForText(/red/);
  const output = async (...flags: string[]) => (await sandbox.berth(['output', id, ...flags])).stdout;
  expect((await output()).split('\n').slice(0, 1)).toEqual(['line 102']);
  expect(await output('--lines', '2')).toBe('line 200\nred\n');
  expect((await output('--all')).split('\n')).toHaveLength(202);
  expect(await output('--raw')).toContain('\u001b[31mred\u001b[0m\r\n');
  expect(await output('--since-offset', '8')).toMatch(/^line 2\r?\nline 3/);
  expect((await output('--screen')).split('\n').length).toBeLessThan(40);
  expect(JSON.parse(await output('--lines', '1', '--json'))).toMatchObject({
    session_id: id,
    lines: ['red'],
  });
  follower.kill('SIGINT');
  expect((await follower.finished).code).toBe(130);
});

it('renders a finished program that drew on its screen', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const script = 'printf "progress 10%%\\rprogress 100%%\\n\\033[2Aoverwritten\\033[K\\n\\n"';
  const { code } = await sandbox.berth([
    'start',
    '--name',
    'drawn',
    '--wait',
    '--',
    'bash',
    '-c',
    `echo first; ${script}`,
  ]);
  expect(code).toBe(0);
  expect((await sandbox.berth(['output', 'drawn'])).stdout).toBe('overwritten\nprogress 100%\n');
});

it('kills what ignores TERM, with the signal and after the time that were asked for', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const stubborn =
    'trap "echo got term" TERM; trap "echo got int" INT; echo ready; while :; do sleep 0.1; done';
  const start = (name: string) =>
    startedId(sandbox, ['start', '--json', '--name', name, '--', 'bash', '-c', stubborn]);
  await start('a');
  await using ready = sandbox.spawnBerth(['output', 'a', '--follow']);
  await ready.waitForText(/ready/);
  const { code, stdout } = await sandbox.berth(['kill', 'a', '--signal', 'INT', '--grace', '1s']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/SIGINT.*SIGKILL.*killed/);
  expect((await sandbox.berth(['output', 'a'])).stdout).toMatch(/ready\ngot int/);
  await start('b');
  await start('c');
  expect((await sandbox.berth(['kill', '--all', '--status', 'running', '--grace', '0s', '--yes'])).code).toBe(
    0,
  );
  const { sessions } = await sandbox.json<Listed>(['list', '--status', 'running']);
  expect(sessions).toEqual([]);
});
