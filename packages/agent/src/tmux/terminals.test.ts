import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { eventually, startRealSession } from '../../../../test/support/real-session.ts';
import { tooOld } from './version.ts';

const bash = (script: string) => ['bash', '-c', script];

test('every byte from the first to the last is recorded, and the marker is not among them', async () => {
  await using session = await startRealSession({ argv: bash('stty -opost; seq 1 200000') });
  expect(await session.ended()).toMatchObject({ exitCode: 0 });
  const expected = execFileSync('seq', ['1', '200000'], { maxBuffer: 2 ** 26 });
  expect((await session.output()).equals(expected)).toBe(true);
  expect(statSync(session.paths.transcript).size).toBe(expected.length);
  expect(await session.transcripts.extent(session.paths)).toEqual({ start: 0, end: expected.length });
});

test.each([
  [bash('exit 0'), 0],
  [bash('exit 3'), 3],
  [['no-such-program-anywhere'], 127],
  [['/no/such/program'], 127],
  [['/etc/passwd'], 126],
  [bash('kill -TERM $$'), 143],
])('%j ends with %i', async (argv, exitCode) => {
  const before = Date.now();
  await using session = await startRealSession({ argv });
  const end = await session.ended();
  expect(end.exitCode).toBe(exitCode);
  expect(end.endedAt).toBeGreaterThanOrEqual(before - 1);
  expect(end.endedAt).toBeLessThanOrEqual(Date.now() + 1);
  const dead = await eventually('the dead pane', async () => {
    const seen = await session.terminals.observe(session.paths);
    return seen?.dead && seen;
  });
  // tmux itself sometimes misses how its child ended; the wrapper's record does not.
  expect([exitCode, null]).toContain(dead.deadStatus);
  if (argv[0] === 'no-such-program-anywhere') {
    expect(String(await session.output())).toContain('command not found: no-such-program-anywhere');
  }
});

test('arguments are data: quotes, newlines, expansions and invalid UTF-8 arrive unharmed', async () => {
  const script = 'for a in "$@"; do printf %s "$a" | od -An -tx1 -v | tr -d " \\n"; echo; done >hex';
  const args = [
    Buffer.from('it\'s "quoted"; rm -rf $(touch pwned) `touch pwned`\n\ttab \\ end;'),
    Buffer.from([0xff, 0xfe, 0x80, 0x20, 0xc3]),
    Buffer.from(''),
    Buffer.from('-n'),
    Buffer.from('#{pane_id} %d ;'),
  ];
  await using session = await startRealSession({ argv: ['bash', '-c', script, 'x', ...args] });
  expect((await session.ended()).exitCode).toBe(0);
  const hex = readFileSync(path.join(session.paths.workspace, 'hex'), 'utf8').split('\n').slice(0, -1);
  expect(hex).toEqual(args.map((arg) => arg.toString('hex')));
  expect(existsSync(path.join(session.paths.workspace, 'pwned'))).toBe(false);
});

test('the environment is the given one and the terminal, whatever the names and values', async () => {
  const env = {
    __berth_argv: 'no',
    directory: '/nowhere',
    argv: 'no',
    LC_ALL: 'xx_XX.nonsense',
    WEIRD: 'a=b\n$(touch pwned)',
    'sub[$(touch pwned)]': 'evaluated?',
  };
  await using session = await startRealSession({ argv: ['sh', '-c', 'env -0 >env'], env });
  expect((await session.ended()).exitCode).toBe(0);
  const text = readFileSync(path.join(session.paths.workspace, 'env'), 'utf8');
  const found = Object.fromEntries(text.split('\0').map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
  expect(found).toMatchObject({ directory: '/nowhere', argv: 'no', LC_ALL: env.LC_ALL, WEIRD: env.WEIRD });
  const known = ['', 'PATH', 'BERTH_SESSION_ID', 'TERM', 'TMUX', 'TMUX_PANE', 'PWD', 'OLDPWD', 'SHLVL', '_'];
  const rest = Object.keys(found).filter((name) => !known.includes(name) && !(name in env));
  expect(rest).toEqual([]);
  expect(found).not.toHaveProperty('__berth_argv');
  expect(existsSync(session.paths.envFile)).toBe(false);
  expect(existsSync(path.join(session.paths.workspace, 'pwned'))).toBe(false);
  expect(String(await session.output())).toBe('');
});

test('typed bytes and keys arrive as they are; unknown keys type nothing', async () => {
  await using session = await startRealSession({
    argv: bash('stty raw -echo; echo ready; head -c 9 | od -An -tx1'),
  });
  const { terminals, paths } = session;
  await eventually('the program', async () => String(await session.output()).includes('ready'));
  const bad = terminals.type(paths, { data: Buffer.from('x'), keys: ['Nonsense'] });
  await expect(bad).rejects.toMatchObject({ reason: 'ARGUMENT_INVALID' });
  await terminals.type(paths, {
    data: Buffer.from([0xff, 0x0a, 0x00, 0x1b, 0xc3]),
    keys: ['C-c', ';', 'Enter', '-'],
  });
  await session.ended();
  expect(String(await session.output())).toContain('ff 0a 00 1b c3 03 3b 0d 2d');
});

test('a signal reaches the program, and the wrapper lives to record the end', async () => {
  await using session = await startRealSession({
    argv: bash('trap "echo got it; exit 9" TERM; echo up; while :; do sleep 0.05; done'),
  });
  await eventually('the program', async () => String(await session.output()).includes('up'));
  await session.units.signal(session.id, session.paths, 'SIGTERM');
  expect((await session.ended()).exitCode).toBe(9);
  expect(String(await session.output())).toContain('got it');
});

test('the wrapper notes whether it was told to end along with the program', async () => {
  for (const [all, note] of [
    [false, /^143 \d+ +$/],
    [true, /^143 \d+ stopped +$/],
  ] as const) {
    await using session = await startRealSession({ argv: bash('echo up; exec sleep 1000') });
    await eventually('the program', async () => String(await session.output()).includes('up'));
    const wrapper = (await session.terminals.observe(session.paths))?.pid;
    if (all && wrapper) process.kill(wrapper, 'SIGTERM');
    await session.units.signal(session.id, session.paths, 'SIGTERM');
    await session.ended();
    expect(readFileSync(session.paths.exitFile, 'utf8').trimEnd().padEnd(60)).toMatch(note);
  }
});

test('a kill leaves nothing, not even what went into the background', async () => {
  const script = 'setsid -f sleep 31700; env -i setsid sleep 31701 & echo up; exec sleep 31702';
  await using session = await startRealSession({ argv: bash(script) });
  await eventually('the program', async () => String(await session.output()).includes('up'));
  const sleeping = () =>
    execFileSync('ps', ['-eo', 'args'])
      .toString()
      .split('\n')
      .filter((line) => /^sleep 3170[012]$/.test(line));
  await eventually('three sleepers', () => sleeping().length === 3);
  expect(await session.units.observe(session.id, session.paths)).toBe('alive');
  await session.units.kill(session.id, session.paths);
  expect(sleeping()).toEqual([]);
  expect(await session.units.observe(session.id, session.paths)).toBe('gone');
  expect(await session.terminals.observe(session.paths)).toBe(null);
});

test('a unit that nobody wrote down is found again, and one from before a reboot is known as such', async () => {
  await using session = await startRealSession({ argv: ['sleep', '300'] });
  const { units, paths, id } = session;
  const file = path.join(paths.directory, 'unit.json');
  const identity = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  expect(await units.observe(id, paths)).toBe('alive');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(identity);
  writeFileSync(file, JSON.stringify({ ...identity, bootId: 'another' }));
  expect(await units.observe(id, paths)).toBe('rebooted');
  writeFileSync(file, JSON.stringify({ ...identity, start: '1' }));
  expect(await units.observe(id, paths)).toBe('gone');
  writeFileSync(file, JSON.stringify(identity));
});

test('the sink survives a full disk, states the gap and goes on', async (context) => {
  const base = mkdtempSync('/tmp/bd-');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', base], { stdio: 'pipe' });
  } catch {
    rmSync(base, { recursive: true });
    console.warn('skipped: a full disk needs root, to mount a small one');
    return context.skip();
  }
  try {
    const script =
      'until [ -e go ]; do sleep 0.05; done; seq 1 60000; touch full; until [ -e on ]; do sleep 0.05; done; echo the end';
    await using session = await startRealSession({ argv: bash(script), base });
    const ballast = path.join(session.paths.workspace, 'ballast');
    const file = (name: string) => path.join(session.paths.workspace, name);
    writeFileSync(ballast, Buffer.alloc(800 * 1024));
    writeFileSync(file('go'), '');
    await eventually('the program', () => existsSync(file('full')));
    await eventually('a full disk', () => statSync(session.paths.transcript).size > 64 * 1024);
    rmSync(ballast);
    await eventually('the gap', () => existsSync(path.join(session.paths.directory, 'gaps')));
    writeFileSync(file('on'), '');
    expect((await session.ended()).exitCode).toBe(0);
    expect(String(await session.output())).toMatch(/the end\r\n$/);
    const gap = Number(readFileSync(path.join(session.paths.directory, 'gaps'), 'utf8').trim());
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(statSync(session.paths.transcript).size);
  } finally {
    execFileSync('umount', [base]);
    rmSync(base, { recursive: true });
  }
});

test('versions', () => {
  expect(['3.1c', '2.9', '1.8'].map(tooOld)).toEqual([true, true, true]);
  expect(['3.2', '3.2a', '3.3a', 'next-3.6', '4.0', 'master'].map(tooOld)).toEqual(Array(6).fill(false));
});
