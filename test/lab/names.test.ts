/** Every form of name, on every command that takes one: what it means, and how it fails. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CATALOG } from '../../packages/client/src/commands/catalog.ts';
import { BERTH } from '../support/programs.ts';
import { run } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const SLEEP = ['--', 'sleep', '1000'];
/** What a command needs beside the session. */
const AFTER: Record<string, readonly string[]> = {
  send: ['x'],
  snooze: ['1h'],
  session: ['--clear'],
  exec: ['--', 'true'],
  rm: ['--force'],
  // It would stay until its session ends.
  forward: ['--background', '3000'],
  // No host of theirs has an editor to open.
  code: ['--stop'],
};
/** They find the session, and say that it has no repository. */
const NEEDS_REPOSITORY = new Set(['pull', 'diff']);
/** What it takes is no name alone: see copy.test.ts. */
const TAKES_PATHS = new Set(['cp']);
/** The session is gone after the first time. */
const ONCE = new Set(['rm']);
const COMMANDS = CATALOG.filter(({ completes }) => completes === 'session')
  .map(({ name }) => name)
  .filter((name) => !TAKES_PATHS.has(name));
const NEEDS_TERMINAL = new Set(['attach', 'connect']);
/** `connect` makes what is not there. */
const MAKES = new Set(['connect']);

const stack = new AsyncDisposableStack();
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = stack.use(createSandbox());
  await sandbox.startAgent({ flags: ['--memory-capacity', '4G'] });
  await sandbox.startAgent({ name: 'lab', flags: ['--memory-capacity', '4G'] });
  const sshd = stack.use(await TestSshd.start(sandbox, { name: 'lab' }));
  configureHosts(sandbox, [{ sshd }]);
  for (const host of ['local', 'lab']) await started('both', host);
});
afterAll(() => stack.disposeAsync());

function started(name: string, host = 'local'): Promise<string> {
  return startedId(sandbox, ['start', '--json', '--host', host, '--name', name, ...SLEEP]);
}

const argvOf = (command: string, word: string) => [command, word, ...(AFTER[command] ?? [])];

/** How a command failed for a word; on a terminal where it needs one. */
async function failure(command: string, word: string): Promise<{ code: number; error: string }> {
  if (NEEDS_TERMINAL.has(command)) {
    const line = [...BERTH, ...argvOf(command, word)].join(' ');
    const argv = ['script', '-qec', line, '/dev/null'];
    const { code, stdout } = await run(argv, { env: sandbox.env });
    return { code: code ?? -1, error: stdout };
  }
  const [name = '', ...rest] = argvOf(command, word);
  const { code, stderr, stdout } = await sandbox.berth([name, '--json', ...rest]);
  if (code !== 0) expect(JSON.parse(stderr).error).toMatchObject({ code });
  else throw new Error(`berth ${name} ${word} went well: ${stdout}`);
  return { code: code ?? -1, error: JSON.stringify(JSON.parse(stderr).error) };
}

/** Attaches to the session, and detaches once it is there. */
async function goAndLeave(args: readonly string[], session: string): Promise<void> {
  const terminal = sandbox.berthTerminal(args);
  const there = async () => {
    const { code, stdout } = await sandbox.berth(['show', session, '--json']);
    return code === 0 && JSON.parse(stdout).attached_clients > 0;
  };
  await until(there, { what: `a terminal on ${session}` });
  terminal.press('C-b', 'd');
  expect(await terminal.waitForExit()).toBe(0);
}

it.each(COMMANDS)(
  'berth %s takes a name that is unique, and says what is wrong with others',
  async (command) => {
    const id = await started(`for-${command}`, 'lab');
    const ambiguous = await failure(command, 'both');
    expect(ambiguous.code).toBe(7);
    expect(ambiguous.error).toMatch(/cannot tell which session both means/);
    for (const host of ['local', 'lab']) expect(ambiguous.error).toMatch(new RegExp(`${host}:sess-`));
    if (!NEEDS_TERMINAL.has(command)) {
      expect(JSON.parse(ambiguous.error).candidates).toEqual([
        expect.stringMatching(/^local:sess-/),
        expect.stringMatching(/^lab:sess-/),
      ]);
    }
    expect((await failure(command, 'nobody')).code).toBe(4);
    // What a word means is one function for all of them (resolve.test.ts has every form): each of the rarer
    // forms is seen to come through with some of the commands.
    const turn = COMMANDS.indexOf(command);
    const missing = ['nowhere:both', ...(MAKES.has(command) ? [] : ['lab:nobody'])];
    expect((await failure(command, missing[turn % missing.length] ?? '')).code).toBe(4);
    expect((await failure(command, ['a/b', 'lab:a:b', ':both'][turn % 3] ?? '')).code).toBe(2);
    // The beginning of its id is enough; `kill` is the last to see it alive.
    const words = [
      ...(command === 'session' ? [] : [`${turn % 2 ? 'lab:' : ''}for-${command}`]),
      id.slice(0, -1),
    ];
    for (const word of words.slice(NEEDS_TERMINAL.has(command) || ONCE.has(command) ? -1 : 0)) {
      if (NEEDS_TERMINAL.has(command)) {
        await goAndLeave(argvOf(command, word), id);
      } else if (NEEDS_REPOSITORY.has(command)) {
        expect(await failure(command, word)).toMatchObject({
          error: expect.stringContaining('SOURCE_INVALID'),
        });
      } else {
        expect(await sandbox.berth(argvOf(command, word))).toMatchObject({ code: 0 });
      }
    }
  },
  60_000,
);

it('a host means its default session, which connect makes and others tell how to make', async () => {
  const missing = await sandbox.berth(['show', 'lab']);
  expect(missing).toMatchObject({ code: 4, stdout: '' });
  expect(missing.stderr).toBe(
    'berth: cannot find session lab: host lab has no session named berth\n  hint: its name alone means that one; berth connect lab makes it\n',
  );
  for (const word of ['lab', 'lab:', 'lab:berth']) {
    await goAndLeave(['connect', word], 'lab:berth');
  }
  const made = await sandbox.json<{ session_id: string; vm_name: string; name: string }>(['show', 'lab']);
  expect(made).toMatchObject({ vm_name: 'lab', name: 'berth' });
  const { sessions } = await sandbox.json<{ sessions: { name: string }[] }>(['list', '--host', 'lab']);
  expect(sessions.filter(({ name }) => name === 'berth')).toHaveLength(1);
  // A session that is called as the host comes first, and `lab:` is the host's all the same.
  const id = await started('lab');
  expect(await sandbox.json(['show', 'lab'])).toMatchObject({ session_id: id, vm_name: 'local' });
  expect(await sandbox.json(['show', 'lab:'])).toMatchObject({ session_id: made.session_id });
  await sandbox.berth(['kill', id]);
});

it('one that lives is meant before one that ended under its name', async () => {
  const gone = await startedId(sandbox, [
    'start',
    '--json',
    '--host',
    'local',
    '--wait',
    '--name',
    'again',
    '--',
    'true',
  ]);
  expect(await sandbox.json(['show', 'again'])).toMatchObject({ session_id: gone });
  const lives = await started('again');
  expect(await sandbox.json(['show', 'again'])).toMatchObject({ session_id: lives });
});

it('where a host could not be asked nothing is not found, and what is found is said to be unsure', async () => {
  await using own = createSandbox();
  await own.startAgent();
  own.writeConfig('remotes.yaml', 'remotes:\n  - name: dead\n    host: dead.invalid\n');
  const id = await startedId(own, ['start', '--json', '--host', 'local', '--name', 'mine', ...SLEEP]);
  const missing = await own.berth(['kill', 'nobody']);
  expect(missing.code).toBe(3);
  expect(missing.stderr).toMatch(/^berth: cannot find session nobody: .* could not be asked: dead\n/);
  expect((await own.berth(['kill', 'local:nobody'])).code).toBe(4);
  expect((await own.berth(['show', 'dead:nobody'])).code).toBe(3);
  const shown = await own.berth(['show', 'mine']);
  expect(shown.code).toBe(0);
  expect(shown.stderr).toBe(`berth: mine is taken to be local:${id}; could not ask dead\n`);
  for (const word of ['local:mine', id]) expect((await own.berth(['show', word])).stderr).toBe('');
  // Words of which only some fail: each by itself, the others all the same.
  const killed = await own.berth(['kill', 'a/b', id]);
  expect(killed.code).toBe(2);
  expect(killed.stdout).toMatch(new RegExp(`^${id} sent SIGTERM`));
});

it('on a terminal one is chosen where none is named; in scripts that is an error', async () => {
  await using own = createSandbox();
  await own.startAgent();
  const id = await startedId(own, ['start', '--json', '--name', 'chosen', ...SLEEP]);
  for (const command of COMMANDS) {
    const bare = await own.berth(argvOf(command, '').filter((word) => word !== ''));
    expect({ command, code: bare.code }).toMatchObject({ command, code: bare.code === 4 ? 4 : 2 });
  }
  for (const command of ['show', 'tag', 'explain', 'kill']) {
    const terminal = own.berthTerminal([command], { columns: 150 });
    await terminal.waitForScreen(/which one\? \[1-1\]/);
    expect(terminal.screen()).toMatch(new RegExp(`1 +${id} +local +running +chosen`));
    terminal.type('1');
    terminal.press('Enter');
    expect(await terminal.waitForExit()).toBe(0);
  }
});
