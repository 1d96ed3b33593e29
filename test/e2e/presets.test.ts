/** Presets on the real programs: what tools are called with, what their hooks leave, and presets of the user's own. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { HostEvents } from '../support/host-events.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { argumentsOf, installTools } from '../support/tools.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let events: HostEvents;
beforeAll(async () => {
  sandbox = createSandbox();
  installTools(sandbox);
  const agent = await sandbox.startAgent({ flags: ['--prompt-still', '10m'] });
  events = new HostEvents(agent.socket);
});
afterAll(async () => {
  events?.[Symbol.dispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const NASTY = '-x "quoted" \'single\' $HOME `id` {prompt_file}\n\tsecond line \\ $(touch owned) é';
const sessionDir = (id: string, ...rest: string[]) => join(sandbox.stateDir, 'sessions', id, ...rest);
const started = (args: readonly string[], input?: string) =>
  startedId(sandbox, ['start', '--json', ...args], input === undefined ? {} : { input });
/** Runs to its end. */
const ran = (args: readonly string[], input?: string) => started(['--wait', ...args], input);

/** What was told of a session's attention, in order. */
function told(id: string): string[] {
  const facts = events.seen.filter(({ sessionId }) => sessionId === id).map(({ fact }) => fact);
  return facts.flatMap((fact) => {
    if (fact.type === 'attentionRaised') return [`${fact.attention.kind} by ${fact.attention.source}`];
    return fact.type === 'attentionCleared' ? [fact.reason] : [];
  });
}

interface Explained {
  readonly verdicts: readonly { source: string; rule: string; seen: string }[];
}
interface Shown {
  readonly figures: Record<string, unknown> | null;
}

/** What a session's hooks said at last, and the figures they told; `undefined` and null where they said nothing. */
async function heard(id: string) {
  const { verdicts } = await sandbox.json<Explained>(['explain', id]);
  const { figures } = await sandbox.json<Shown>(['show', id]);
  const hook = verdicts.find(({ source }) => source === 'hook');
  return { last: hook && `${hook.rule}, ${hook.seen}`, figures };
}

/** The last words of a hook are read at the end of its session, or a moment later. */
async function hears(id: string, expected: Awaited<ReturnType<typeof heard>>): Promise<void> {
  await until(async () => JSON.stringify(await heard(id)) === JSON.stringify(expected), {
    what: 'the last words of the hook are read',
  }).catch(async () => expect(await heard(id)).toEqual(expected));
  const left = readdirSync(sessionDir(id, 'status')).filter((name) => name.endsWith('.event.json'));
  expect(left).toEqual([]);
}

describe('the prompt travels as it is, in one argument or a file:', () => {
  const HEADLESS: Record<string, (id: string) => string[]> = {
    claude: (id) => ['--settings', sessionDir(id, 'tool/claude-settings.json'), '--print', '--', NASTY],
    gemini: () => ['--skip-trust', `--prompt=${NASTY}`],
    opencode: () => ['run', '--', NASTY],
  };
  it.each(Object.entries(HEADLESS))('%s', async (preset, expected) => {
    const id = await ran(['--preset', preset, '--headless', '-'], NASTY);
    expect(argumentsOf(sandbox, id)).toEqual(expected(id));
    expect(await sandbox.json(['show', id])).toMatchObject({ prompt: NASTY, preset, status: 'completed' });
  });
  it('codex', async () => {
    const id = await ran(['--preset', 'codex', '--headless', '-'], NASTY);
    expect(argumentsOf(sandbox, id).slice(-4)).toEqual(['exec', '--skip-git-repo-check', '--', NASTY]);
  });
  it('aider', async () => {
    const id = await ran(['--preset', 'aider', '--headless', '-'], NASTY);
    const file = sessionDir(id, 'tool/prompt.txt');
    expect(argumentsOf(sandbox, id).slice(-3)).toEqual(['--yes-always', '--message-file', file]);
    expect(readFileSync(file, 'utf8')).toBe(NASTY);
  });
  it('a command of your own', async () => {
    const command = 'mytool --ask={prompt} "{prompt_file}" \'$HOME {x}\' --turns {max_turns}';
    const id = await ran(['--command', command, '--max-turns', '7', '-'], NASTY);
    const file = sessionDir(id, 'tool/prompt.txt');
    expect(argumentsOf(sandbox, id)).toEqual([`--ask=${NASTY}`, file, '$HOME {x}', '--turns', '7']);
    expect(await sandbox.json(['show', id])).toMatchObject({ preset: 'custom', prompt: NASTY });
    expect(existsSync(sessionDir(id, 'workspace/owned'))).toBe(false);
  });
});

/** Until the end of the test. */
async function installed(tool: string): Promise<void> {
  await sandbox.json(['hooks', 'install', tool]);
  onTestFinished(async () => void (await sandbox.json(['hooks', 'remove', tool])));
}

const figures = (turns: number, tool: string | null, [input, output] = [0, 0]) => ({
  turns,
  input_tokens: input,
  output_tokens: output,
  tool_calls: tool === null ? {} : { [tool]: 1 },
  subagents: 0,
});

describe('what hooks say is taken in order:', () => {
  const WITHOUT_A_PERSON: [string, string, Awaited<ReturnType<typeof heard>>][] = [
    ['claude', 'do it', { last: 'hook-done, Stop', figures: figures(1, 'Bash', [220, 27]) }],
    ['codex', 'do it', { last: 'hook-done, agent-turn-complete', figures: figures(1, null) }],
    ['opencode', 'do it', { last: 'hook-done, session.idle', figures: figures(1, 'bash', [3, 2]) }],
    ['opencode', 'fail', { last: 'hook-error, session.error', figures: figures(0, 'bash', [3, 2]) }],
    ['aider', 'do it', { last: 'hook-waiting, notification', figures: null }],
  ];
  it.each(WITHOUT_A_PERSON)('%s, without a person, told to %s', async (preset, prompt, expected) => {
    await hears(await ran(['--preset', preset, '--headless', prompt]), expected);
  });

  /** Up to where the tool waits for a permission; then up to where it waits for what to do next. */
  const ASKS_FIRST = [['permission by hook'], ['typed', 'done by hook']] as const;
  const WITH_A_PERSON: [string, readonly string[], readonly string[]][] = [
    ['claude', ...ASKS_FIRST],
    ['gemini', ...ASKS_FIRST],
    ['opencode', ...ASKS_FIRST],
    ['codex', ['input by screen'], ['typed', 'done by hook']],
    ['aider', ['input by hook'], ['typed']],
  ];
  it.each(WITH_A_PERSON)('%s, with a person', async (preset, asked, answered) => {
    if (preset === 'gemini') await installed(preset);
    const id = await started(['--preset', preset, 'do it']);
    const arrives = (words: readonly string[]) =>
      events.find(() => told(id).length >= words.length).then(() => expect(told(id)).toEqual(words));
    await arrives(asked);
    await sandbox.berth(['send', id, '--enter']);
    await arrives([...asked, ...answered]);
    if (preset !== 'gemini') return;
    const last = 'hook-done, AfterAgent';
    await hears(id, { last, figures: figures(1, 'run_shell_command', [30, 10]) });
  });

  it('gemini, without an installation, says nothing', async () => {
    await hears(await ran(['--preset', 'gemini', '--headless', 'do it']), { last: undefined, figures: null });
  });

  it.each(['claude', 'codex', 'opencode'])(
    '%s says nothing twice where it is installed, too',
    async (tool) => {
      const expected = WITHOUT_A_PERSON.find(([preset]) => preset === tool)?.[2];
      if (!expected) throw new Error(`${tool} is not listed`);
      await installed(tool);
      await hears(await ran(['--preset', tool, '--headless', 'do it']), expected);
      // And by the installation alone, where it was started by hand.
      const command = { claude: ['claude', '--print', '--', 'x'], codex: ['codex', 'exec', '--', 'x'] };
      const argv = tool === 'opencode' ? ['opencode', 'run', '--', 'x'] : command[tool as 'claude' | 'codex'];
      await hears(await ran(['--', ...argv]), expected);
    },
  );
});

describe('what a tool does not know is an error', () => {
  it.each([
    [['--preset', 'codex', '--max-turns', '3', 'x'], /preset codex cannot cap its turns/],
    [
      ['--preset', 'claude', '--max-turns', '3', 'x'],
      /only when it runs without a person\n {2}hint: add --headless/,
    ],
    [['--max-turns', '3', '--', 'true'], /a command runs as it is given/],
    [['--headless', '--', 'true'], /a command runs as it is given/],
    [['--skip-permissions', '--', 'true'], /only a preset knows how to skip permissions/],
    [['--skip-permissions', '--command', 'a {prompt}', 'x'], /only a preset knows how to skip permissions/],
    [['--skip-permissions', '--preset', 'opencode', 'x'], /opencode cannot be told to skip its permissions/],
    [['--preset', 'claude', '--headless'], /takes a prompt, and none was given/],
    [['--preset', 'nobody', 'x'], /there is no preset nobody: presets are claude, .*shell, custom/],
    [['--preset', 'custom', 'x'], /--preset custom needs --command/],
    [['--command', 'a {prompt}', '--preset', 'claude', 'x'], /choose one of --command and --preset/],
    [['--command', 'a {prompt}', '--', 'x'], /choose one of --command and a command after --/],
    [['--command', 'a', 'x'], /no place for the prompt\n {2}hint: write \{prompt\}/],
    [['--command', 'a {prompt}'], /wants a prompt, and none was given/],
    [['--command', "a 'b", 'x'], /quote that is not closed/],
    [['--preset', 'claude', '--headless', '--max-turns', '0', 'x'], /takes a number from 1 to 1000/],
    [['--preset', 'claude', '--headless', '--max-turns', '1001', 'x'], /takes a number from 1 to 1000/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await sandbox.berth(['start', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

it('takes presets of the user, and says what is wrong with one', async () => {
  const directory = join(sandbox.configDir, 'presets');
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'mine.yaml'),
    'description: mine\nprogram: mytool\nenv: { MODEL: large }\ninteractive:\n  with_prompt: [--ask, "{prompt}"]\n',
  );
  writeFileSync(join(directory, 'broken.yaml'), 'description: broken\nprograms: x\n');
  const id = await ran(['--preset', 'mine', 'do it']);
  expect(argumentsOf(sandbox, id)).toEqual(['--ask', 'do it']);
  const { stdout } = await sandbox.berth(['host', 'show', 'local']);
  expect(stdout).toMatch(/^preset {4}mine +.*bin\/mytool$/m);
  expect(stdout).toMatch(/^warning {3}preset not taken: .*broken\.yaml:2: programs: unknown key$/m);
  expect(stdout).toMatch(
    /^preset {4}claude +.*--headless, --max-turns with --headless, --skip-permissions, hooks$/m,
  );
});

describe('told to skip permissions, a tool is started so, and its session says so loudly:', () => {
  const FREELY = ['-c', 'approval_policy="never"', '-c', 'sandbox_mode="danger-full-access"'];
  it.each([
    ['claude', [], ['--dangerously-skip-permissions', '--', 'x']],
    ['claude', ['--headless'], ['--dangerously-skip-permissions', '--print', '--', 'x']],
    ['codex', ['--headless'], [...FREELY, 'exec', '--skip-git-repo-check', '--', 'x']],
    ['gemini', [], ['--skip-trust', '--approval-mode=yolo', '--prompt-interactive=x']],
    ['gemini', ['--headless'], ['--approval-mode=yolo', '--skip-trust', '--prompt=x']],
  ])('%s %j', async (preset, flags, expected) => {
    const id = await started(['--preset', preset, '--skip-permissions', ...flags, 'x']);
    const argv = await until(() => argumentsOf(sandbox, id), { what: `${preset} has begun` });
    expect(argv.slice(-expected.length)).toEqual(expected);
    expect((await sandbox.berth(['show', id])).stdout).toMatch(/^ *permissions +SKIPPED: /m);
    expect(await sandbox.json(['show', id])).toMatchObject({ skip_permissions: true });
  });
});

it('takes a session that runs without a person for that', async () => {
  const id = await ran(['--preset', 'claude', '--headless', 'do it']);
  const record = JSON.parse(readFileSync(sessionDir(id, 'session.json'), 'utf8'));
  expect(record.session.spec.headless).toBe(true);
});
