/** `berth exec` as scripts use it: over ssh, in pipes, with exit codes, ended when it is left. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let sshd: TestSshd;
let id: string;

beforeAll(async () => {
  sandbox = createSandbox();
  await sandbox.startAgent({ name: 'dev' });
  sshd = await TestSshd.start(sandbox, { name: 'dev' });
  configureHosts(sandbox, [{ sshd }]);
  const start = ['start', '--json', '--host', 'dev', '--name', 'work', '--env', 'GIVEN=to the session'];
  id = await startedId(sandbox, [...start, '--', 'bash', '-c', 'echo ready; cat']);
});
afterAll(async () => {
  await sshd?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const exec = (...args: string[]) => sandbox.berth(['exec', 'dev:work', ...args]);
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** Processes whose command line has the word. */
function running(word: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const has = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word);
    } catch {
      return false;
    }
  };
  return pids.filter(has).map(Number);
}

it('tells output and errors apart, and has the exit code of the command', async () => {
  expect(await exec('sh', '-c', 'echo out; echo err >&2; exit 3')).toMatchObject({
    code: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  });
  expect((await exec('sh', '-c', 'kill -KILL $$')).code).toBe(137);
  expect(await exec('no-such-program')).toMatchObject({
    code: 127,
    stderr: 'berth: command not found: no-such-program\n',
  });
});

it('takes no flag for a command, unless -- stands before it', async () => {
  for (const flag of ['--json', '-t', '--timeout=2s']) {
    const { code, stdout, stderr } = await exec(flag, 'true');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      new RegExp(
        `^berth: cannot run ${flag}: .*\\n {2}hint: flags of berth exec stand before SESSION; -- before`,
      ),
    );
  }
  expect(await exec('--', '--json')).toMatchObject({
    code: 127,
    stderr: 'berth: command not found: --json\n',
  });
});

it('gives the command each variable as it is, whatever it is called', async () => {
  const names = ['found', 'place', 'word', 'watcher'];
  const env = names.flatMap((name) => ['--env', `${name}=mine`]);
  const { stdout } = await sandbox.berth(['exec', ...env, 'dev:work', 'printenv', ...names]);
  expect(stdout).toBe('mine\n'.repeat(names.length));
});

it('runs in the workspace and the environment of the session, words as they are', async () => {
  const told = (
    await exec('sh', '-c', 'pwd; echo $GIVEN; echo $BERTH_SESSION_NAME; [ -n "$TMUX" ] || echo none')
  ).stdout;
  expect(told).toMatch(new RegExp(`^.*/sessions/${id}/workspace\\nto the session\\nwork\\nnone\\n$`));
  const words = ["it's", '#{pane_id}', '$HOME `id` "x"', '%H \\n', '', '--help', '-t', 'två\nlines'];
  expect((await exec('printf', '<%s>', ...words)).stdout).toBe(words.map((word) => `<${word}>`).join(''));
});

it('takes a script on standard input, and says what a wrong place is', async () => {
  const script = 'read -r next\nthis line is data\necho "$next"; exit 5\n';
  expect(await sandbox.berth(['exec', 'dev:work'], { input: script })).toMatchObject({
    code: 5,
    stdout: 'this line is data\n',
  });
  const lost = await sandbox.berth(['exec', '--directory', 'nowhere', 'dev:work', 'true']);
  expect(lost).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/workspace\/nowhere: it is no directory/),
  });
  const bare = await sandbox.berth(['exec', 'dev', 'true']);
  expect(bare).toMatchObject({ code: 4, stderr: expect.stringMatching(/hint: make it: berth connect dev/) });
});

it('carries bytes both ways as they are', async () => {
  const data = randomBytes(12 * 2 ** 20);
  await using through = sandbox.spawnBerth(['exec', 'dev:work', 'cat'], { input: data });
  expect((await through.finished).code).toBe(0);
  expect(sha256(through.bytes)).toBe(sha256(data));
  // The end of the input is told while output is still to come.
  const summed = await sandbox.berth(['exec', 'dev:work', 'sha256sum'], { input: data });
  expect(summed.stdout).toBe(`${sha256(data)}  -\n`);
  // One that does not read it all ends as it likes.
  expect(await sandbox.berth(['exec', 'dev:work', 'head', '-c', '1'], { input: data })).toMatchObject({
    code: 0,
  });
});

it('passes Ctrl-C on, and leaves no process behind when it is left', async () => {
  const trap = 'trap "echo caught; exit 9" INT; echo up; while :; do sleep 0.05; done';
  await using asked = sandbox.spawnBerth(['exec', 'dev:work', 'bash', '-c', trap]);
  await asked.waitForText(/up/);
  asked.kill('SIGINT');
  expect(await asked.finished).toMatchObject({ code: 9, stdout: 'up\ncaught\n' });

  const words = ['31536001', '31536002'];
  const deaf = `trap "" INT; setsid sleep ${words[0]} & echo up; sleep ${words[1]}; sleep ${words[1]}`;
  await using left = sandbox.spawnBerth(['exec', 'dev:work', 'bash', '-c', deaf]);
  await left.waitForText(/up/);
  await until(() => words.every((word) => running(word).length === 1), { what: 'both sleep' });
  left.kill('SIGKILL');
  await until(() => words.every((word) => running(word).length === 0), { what: 'nothing is left of it' });
});

it('does not wait for what is left in the background, which ends with the session', async () => {
  const own = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'sleep', '1000']);
  const script = 'sleep 31536003 & echo started';
  expect(await sandbox.berth(['exec', own, 'sh', '-c', script])).toMatchObject({
    code: 0,
    stdout: 'started\n',
  });
  expect(running('31536003')).toHaveLength(1);
  await using late = sandbox.spawnBerth(['exec', own, 'sh', '-c', 'echo up; sleep 31536004']);
  await late.waitForText(/up/);
  await sandbox.berth(['kill', own, '--grace', '0s']);
  // What is told first: the end of the session, or of the command in it.
  const { code, stderr } = await late.finished;
  expect([7, 137]).toContain(code);
  if (code === 7) expect(stderr).toMatch(/ended while the command ran/);
  expect([...running('31536003'), ...running('31536004')]).toEqual([]);
  expect(await sandbox.berth(['exec', own, 'true'])).toMatchObject({ code: 7 });
});

it('leaves no mark on the terminal of the session, nor on what it asks for', async () => {
  await exec('sh', '-c', 'echo never; echo never >&2; printf "\\a"; exit 1');
  expect((await sandbox.berth(['output', 'dev:work'])).stdout).toBe('ready\n');
  expect((await sandbox.berth(['output', 'dev:work', '--screen'])).stdout).not.toMatch(/never|returned/);
  expect(await sandbox.json(['show', 'dev:work'])).toMatchObject({ attention: null });
});
