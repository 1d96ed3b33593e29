/** The history of starts: what is noted of each, what is not, and starting the same again. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeHistory } from '../../packages/client/src/history/entry.ts';
import { NODE, ROOT } from '../support/programs.ts';
import { run } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';

interface Noted {
  readonly number: number;
  readonly directory: string;
  readonly words: string[];
  readonly outcome: string;
  readonly reason: string | null;
  readonly withheld: string[];
  readonly sessions: { session_id: string; name: string; vm_name: string }[];
}

const fileOf = (sandbox: Sandbox) => join(sandbox.stateDir, 'history.jsonl');
const noted = async (sandbox: Sandbox, ...args: string[]) =>
  (await sandbox.json<{ starts: Noted[] }>(['history', ...args])).starts;
const started = (sandbox: Sandbox, ...args: string[]) => startedId(sandbox, ['start', '--json', ...args]);

it('notes what was started, as one types it, and what became of it', async () => {
  await using sandbox = createSandbox();
  expect(await sandbox.berth(['history'])).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/^berth: nothing was started from here yet; .*--again/),
  });
  await sandbox.startAgent({ flags: ['--memory-capacity', '64M'] });
  const script = 'echo "it\'s $HOME"\n\tprintf \u001b[31mred; exit 1\n';
  const one = await started(sandbox, '--name', 'one', '-t', 'k=a b', '--', 'bash', '-c', script);
  await started(sandbox, '--preset', 'shell', 'sleep 1000');
  await started(sandbox, '--preset', 'shell', 'sleep 1001');
  await sandbox.berth(['start', '--queue', '--preset', 'shell', 'sleep 1002']);
  await sandbox.berth(['start', '--preset', 'shell', 'sleep 1003', 'sleep 1004']);
  await sandbox.berth(['start', '--dry-run', 'nothing']);
  await sandbox.berth(['start', '--no-such-flag']);

  const starts = await noted(sandbox);
  expect(starts.map(({ number, outcome, reason }) => [number, outcome, reason])).toEqual([
    [1, 'started', null],
    [2, 'started', null],
    [3, 'started', null],
    [4, 'queued', null],
    [5, 'failed', 'SLOT_EXHAUSTED'],
  ]);
  expect(starts[0]).toMatchObject({
    directory: sandbox.home,
    words: ['start', '--name', 'one', '--tag', 'k=a b', '--', 'bash', '-c', script],
    withheld: [],
    sessions: [{ session_id: one, name: 'one', vm_name: 'local' }],
  });
  // What is printed is what was typed, as a shell reads it; and does nothing to a terminal.
  const { stdout } = await sandbox.berth(['history', '--limit', '5']);
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toMatch(
    /^N +AGE +SESSION +COMMAND\n1 +\S+ +local:one +berth start --name one --tag 'k=a b' /,
  );
  const line = /berth start --name[\s\S]*?(?=\n2 )/.exec(stdout)?.[0] ?? '';
  const words = execFileSync('sh', ['-c', `berth() { printf '%s\\0' "$@"; }; ${line}`], { encoding: 'utf8' });
  expect(words.split('\0').slice(0, -1)).toEqual(starts[0]?.words);
  expect(statSync(fileOf(sandbox)).mode & 0o777).toBe(0o600);

  expect((await noted(sandbox, 'SLEEP 1002')).map(({ number }) => number)).toEqual([4]);
  expect((await noted(sandbox, 'local:one')).map(({ number }) => number)).toEqual([1]);
  expect((await sandbox.berth(['history', 'xyz'])).stderr).toMatch(/none of 5 starts has xyz/);
  const terminal = sandbox.berthTerminal(['history'], { columns: 60, rows: 20 });
  await terminal.waitForScreen(/^4 [^\n]*…\n5 +\S+ +failed +berth start [^\n]*…$/m);
});

it('starts the same again, in the directory where it was run', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const there = join(sandbox.home, 'there');
  mkdirSync(there);
  writeFileSync(join(there, 'env'), 'FROM_FILE=of the file\n');
  const args = ['--env-file', 'env', '--tag', 'a=1', '--tag', 'b=1', '--follow'];
  const print = ['--', 'sh', '-c', 'echo "<$FROM_FILE>"'];
  await sandbox.berth(['start', ...args, '--request-id', 'once', ...print], { cwd: there });

  const again = await sandbox.berth(['start', '--again']);
  expect(again).toMatchObject({ code: 0, stdout: '<of the file>\n' });
  expect(again.stderr).toMatch(/^berth: again what was started \S+ ago \(1\) in ~\/there:\n {2}berth start /);
  const [first, second] = await noted(sandbox);
  expect(second).toMatchObject({ directory: there, words: first?.words });
  expect(second?.sessions[0]?.session_id).not.toBe(first?.sessions[0]?.session_id);

  // Flags that are given go before those of then, and so does another command.
  writeFileSync(join(sandbox.home, 'env'), 'FROM_FILE=of here\n');
  const id = await started(sandbox, '--again', '1', '--env-file', 'env', '--tag', 'b=2', '--wait');
  expect(await sandbox.json(['show', id])).toMatchObject({ tags: { a: '1', b: '2' } });
  expect((await sandbox.berth(['output', id])).stdout).toMatch(/<of here>\n/);
  const other = ['start', `--again=${id.slice(0, -2)}`, '--follow', '--', 'pwd'];
  expect((await sandbox.berth(other)).stdout).toMatch(/^\/.*\n$/);
  expect((await noted(sandbox)).at(-1)?.words).toEqual(
    expect.arrayContaining(['b=2', join(sandbox.home, 'env'), '--follow', '--', 'pwd']),
  );

  rmSync(there, { recursive: true });
  expect(await sandbox.berth(['start', '--again', '1'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/cannot start 1 again in ~\/there: there is no such directory any more/),
  });
  for (const word of ['99', 'nobody', 'sess-'])
    expect(await sandbox.berth(['start', '--again', word])).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/hint: .*berth history/),
    });
});

it('asks for another name where the one of then is taken', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await started(sandbox, '--name', 'mine', '--', 'sleep', '1000');
  expect(await sandbox.berth(['start', '--again', 'mine'])).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(/hint: choose another name \(--name NEW\)/),
  });
  const id = await started(sandbox, '--again', 'local:mine', '--name', 'other');
  expect(await sandbox.json(['show', id])).toMatchObject({ name: 'other', argv: ['sleep', '1000'] });
});

it('keeps no value of a variable, and no key', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const key = `ghp_${'aB3dE6gH9jK2mN5pQ8sT'.repeat(2).slice(0, 36)}`;
  writeFileSync(join(sandbox.home, 'env'), 'OF_FILE=vErY-sEcReT\n');
  const env = ['-e', 'TYPED=vErY-sEcReT', '-e=CLOSE=vErY-sEcReT', '--env=LONG=vErY-sEcReT', '-e', 'HERE'];
  const args = ['start', ...env, '--env-file', 'env', '--follow', '--', 'sh', '-c', 'echo "<$TYPED$HERE>"'];
  const { stdout } = await sandbox.berth(args, { env: { HERE: 'vErY-sEcReT' } });
  expect(stdout).toBe('<vErY-sEcReTvErY-sEcReT>\n');
  await sandbox.berth(['start', '--preset', 'shell', `echo ${key}`]);
  await sandbox.berth(['start', '--', 'env', 'DB_PASSWORD=vErY-sEcReT', 'true']);
  await sandbox.berth(['start', '--command', 'true --api-key=vErY-sEcReT {prompt}', 'x']);
  expect(readFileSync(fileOf(sandbox), 'utf8')).not.toMatch(/vErY-sEcReT|ghp_/);

  const [first, second, third, fourth] = await noted(sandbox);
  expect(first?.withheld).toEqual(['--env TYPED', '--env CLOSE', '--env LONG']);
  expect(first?.words.slice(0, 9)).toEqual([
    'start',
    ...['--env', 'TYPED', '--env', 'CLOSE', '--env', 'LONG', '--env', 'HERE'],
  ]);
  expect([second?.withheld, third?.withheld, fourth?.withheld]).toEqual([
    ['PROMPT'],
    ['ARGV'],
    ['--command'],
  ]);
  const refused = await sandbox.berth(['start', '--again', '1', '--env', 'LONG=x']);
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /--env TYPED, --env CLOSE may be secret, and was not kept\n {2}hint: .*--again 1 --env TYPED=VALUE --env CLOSE=VALUE/,
    ),
  });
  const anew = ['--env', 'TYPED=t', '--env', 'CLOSE=c', '--env', 'LONG=l'];
  const again = await sandbox.berth(['start', '--again', '1', ...anew], { env: { HERE: 'h' } });
  expect(again.stdout).toBe('<th>\n');
  expect(again.stderr).not.toContain('TYPED=t');
  expect((await sandbox.berth(['start', '--again', '2', 'true'])).code).toBe(0);
  expect((await sandbox.berth(['start', '--again', '2'])).code).toBe(2);
});

it('loses no line and mixes none while 30 clients write and the oldest go', async () => {
  await using sandbox = createSandbox();
  // All wait in line behind the one: it is the clients that race.
  await sandbox.startAgent({ flags: ['--memory-capacity', '32M'] });
  await started(sandbox, '--', 'sleep', '1000');
  const [line = ''] = readFileSync(fileOf(sandbox), 'utf8').split('\n');
  // So many that each of the 30 finds the file too long when it comes.
  const many = Array.from({ length: 1260 }, (_, i) =>
    JSON.stringify({ ...JSON.parse(line), id: `old-${i}`, prompts: ['x'.repeat(200)] }),
  );
  writeFileSync(fileOf(sandbox), `${many.join('\n')}\n`);
  const names = Array.from({ length: 30 }, (_, i) => `racer-${i}`);
  const patient = { env: { BERTH_CALL_TIMEOUT: '60s' }, timeoutMs: 120_000 };
  const ends = await Promise.all(
    names.map((name) =>
      sandbox.berth(['start', '--queue', '--name', name, '--', 'true', 'y'.repeat(3000)], patient),
    ),
  );
  expect(ends.filter(({ code }) => code !== 0)).toEqual([]);
  const starts = await noted(sandbox);
  expect(starts).toHaveLength(1000);
  const raced = starts.slice(-30);
  expect(raced.map(({ outcome }) => outcome)).toEqual(names.map(() => 'queued'));
  expect(raced.map(({ sessions }) => sessions[0]?.name).sort()).toEqual([...names].sort());
  expect(raced.map(({ number }) => number)).toEqual(names.map((_, i) => 1261 + i));
  const lines = readFileSync(fileOf(sandbox), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThan(1260);
  // Who comes while another's line is half there begins a new one: that may be empty, and counts as none.
  for (const one of lines.filter((text) => text !== '')) JSON.parse(one);
}, 180_000);

it('loses no line while 6 write without a pause and the oldest go time and again', async () => {
  await using sandbox = createSandbox();
  const file = fileOf(sandbox);
  const writer = join(ROOT, 'test/support/history-writer.ts');
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const write = (name: string) =>
    run([NODE, writer, file, name, '1500'], { env: sandbox.env, timeoutMs: 60_000 });
  const ends = await Promise.all(names.map(write));
  expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual(ends.map(() => [0, '']));
  const starts = decodeHistory(readFileSync(file, 'utf8'));
  expect(starts).toHaveLength(1000);
  expect(starts.at(-1)?.number).toBeGreaterThanOrEqual(9000);
  // Of each writer there is all that it wrote last. A few may stand in another order than they were
  // written in, so that of the very oldest some go before others.
  const kept = new Set(starts.map(({ id }) => id));
  for (const name of names) {
    const late = starts.slice(250).filter(({ directory }) => directory === name);
    const from = Math.min(...late.map(({ at }) => at));
    const lost = Array.from({ length: 1501 }, (_, at) => at).filter(
      (at) => at >= from && !kept.has(`${name}-${at}`),
    );
    expect([name, lost]).toEqual([name, []]);
  }
  expect(readdirSync(sandbox.stateDir)).toEqual(['history.jsonl']);
});

it('skips lines that are torn or foreign, and spoils none that comes after', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await started(sandbox, '--name', 'before', '--', 'true');
  appendFileSync(fileOf(sandbox), 'null\n[]\n{"id":7}\nnot JSON \u001b[31m\n{"id":"torn","at":17');
  await started(sandbox, '--name', 'after', '--', 'true');
  const starts = await noted(sandbox);
  expect(starts.map(({ number, sessions }) => [number, sessions[0]?.name])).toEqual([
    [1, 'before'],
    [7, 'after'],
  ]);
  expect((await sandbox.berth(['start', '--again', '7', '--name', 'x'])).code).toBe(0);
  expect(await sandbox.berth(['history', '--clear'])).toMatchObject({ stdout: '3 starts forgotten\n' });
  expect(await noted(sandbox)).toEqual([]);
  await started(sandbox, '--', 'true');
  expect((await noted(sandbox)).map(({ number }) => number)).toEqual([1]);
});

it('starts all the same where nothing can be noted, and notes nothing where that is not wanted', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  // A full disk; root may write to what is read-only.
  symlinkSync('/dev/full', fileOf(sandbox));
  const full = await sandbox.berth(['start', '--wait', '--', 'sh', '-c', 'exit 7']);
  expect(full).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(
      /^berth: this start is not in the history: ENOSPC.*\n {2}hint: .*history: off/,
    ),
  });
  rmSync(fileOf(sandbox));
  mkdirSync(fileOf(sandbox));
  expect((await sandbox.berth(['start', '--', 'true'])).code).toBe(0);
  expect((await sandbox.berth(['history'])).code).toBe(2);
  expect((await sandbox.berth(['start', '--again'])).code).toBe(2);
  rmSync(fileOf(sandbox), { recursive: true });
  if (process.getuid?.() !== 0) {
    chmodSync(sandbox.stateDir, 0o500);
    expect((await sandbox.berth(['start', '--', 'true'])).stderr).toMatch(/not in the history: EACCES/);
    chmodSync(sandbox.stateDir, 0o700);
  }
  for (const off of ['false', 'off']) {
    sandbox.writeConfig('config.yaml', `history: ${off}\n`);
    await started(sandbox, '--', 'true');
  }
  expect(await sandbox.berth(['history'])).toMatchObject({
    stdout: '',
    stderr: 'berth: nothing is noted: the setting history is off\n',
  });
  sandbox.writeConfig('config.yaml', 'history: 3\n');
  expect(await sandbox.berth(['history'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/config\.yaml:1: history: .*on or off/),
  });
});

it('notes what the live view started, as the command line that does the same', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await using terminal = sandbox.berthTerminal(['dash'], { columns: 100, rows: 30 });
  await terminal.waitForScreen(/^✓ local/m);
  terminal.press('s');
  await terminal.waitForScreen(/^› prompt/m);
  terminal.type('echo from the form');
  terminal.press('Up');
  await terminal.waitForScreen(/^› preset/m);
  terminal.press('Right');
  await terminal.waitForScreen(/^› preset +: ‹ shell ›/m);
  terminal.press('Enter');
  await terminal.waitForScreen(/started local:sess-/);
  terminal.press('q');
  await terminal.waitForExit();
  expect(await noted(sandbox)).toMatchObject([
    {
      directory: '',
      words: ['start', '--preset', 'shell', '--host', 'local', '--no-repo', 'echo from the form'],
    },
  ]);
  const again = await sandbox.berth(['start', '--again', '--follow', '--headless']);
  expect(again).toMatchObject({ code: 0, stdout: 'from the form\n' });
});

it('notes a start that was interrupted before it was known what became of it', async () => {
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  process.kill(agent.pid, 'SIGSTOP');
  const terminal = sandbox.berthTerminal(['start', '--', 'true']);
  await terminal.waitForScreen(/starting on local/);
  terminal.press('C-c');
  expect(await terminal.waitForExit()).toBe(130);
  process.kill(agent.pid, 'SIGCONT');
  expect(await noted(sandbox)).toMatchObject([{ outcome: 'interrupted', sessions: [] }]);
});
