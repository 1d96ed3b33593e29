/** Presets on the real programs: what tools are called with, what their hooks leave, and presets of the user's own. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHookReport } from '../../packages/agent/src/domain/attention/read-hook-report.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { argumentsOf, eventsOf, installTools } from '../support/tools.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = createSandbox();
  installTools(sandbox);
  await sandbox.startAgent();
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const NASTY = '-x "quoted" \'single\' $HOME `id` {prompt_file}\n\tsecond line \\ $(touch owned) é';
const sessionDir = (id: string, ...rest: string[]) => join(sandbox.stateDir, 'sessions', id, ...rest);
const started = (args: readonly string[], input?: string) =>
  startedId(sandbox, ['start', '--json', ...args], input === undefined ? {} : { input });
/** Runs to its end. */
const ran = (args: readonly string[], input?: string) => started(['--wait', ...args], input);
const statuses = (id: string) => eventsOf(sandbox, id).map(({ payload }) => readHookReport(payload)?.status);

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

describe('hooks leave what the tool says, in order, in the status directory of their session:', () => {
  const CHAINS: [string, string[], (string | null | undefined)[]][] = [
    ['claude', ['--headless'], ['idle', 'working', 'working', 'working', 'done', 'idle']],
    ['codex', ['--headless'], ['done']],
    ['opencode', ['--headless'], ['working', 'working', null, undefined, 'done']],
    ['aider', ['--headless'], ['waiting']],
  ];
  it.each(CHAINS)('%s', async (preset, flags, expected) => {
    const id = await ran(['--preset', preset, ...flags, 'do it']);
    expect(statuses(id)).toEqual(expected);
    const names = eventsOf(sandbox, id).map(({ file }) => file);
    for (const name of names) expect(name).toMatch(new RegExp(`^${preset}\\.\\d{19}-\\d+\\.event\\.json$`));
  });

  it('claude, with a person', async () => {
    const id = await started(['--preset', 'claude', 'do it']);
    const wants = (status: string) => () => statuses(id).at(-1) === status;
    await until(wants('permission'), { what: 'claude asks' });
    const reports = eventsOf(sandbox, id).map(({ payload }) => readHookReport(payload));
    expect(reports).toContainEqual(
      expect.objectContaining({ status: 'permission', message: 'wants to run Bash', line: 'npm test' }),
    );
    await sandbox.berth(['send', id, '--enter']);
    await until(wants('done'), { what: 'claude finishes its turn' });
    expect(readHookReport(eventsOf(sandbox, id).at(-1)?.payload)?.line).toBe('Shall I go on?');
  });

  it('gemini, once installed', async () => {
    const before = await ran(['--preset', 'gemini', '--headless', 'do it']);
    expect(statuses(before)).toEqual([]);
    await sandbox.json(['hooks', 'install', 'gemini']);
    const after = await ran(['--preset', 'gemini', '--headless', 'do it']);
    expect(statuses(after)).toEqual(['idle', 'working', 'working', 'working', 'done', 'idle']);
    await sandbox.json(['hooks', 'remove', 'gemini']);
  });

  it.each(['claude', 'codex', 'opencode'])(
    '%s says nothing twice where it is installed, too',
    async (tool) => {
      const once = statuses(await ran(['--preset', tool, '--headless', 'do it']));
      await sandbox.json(['hooks', 'install', tool]);
      expect(statuses(await ran(['--preset', tool, '--headless', 'do it']))).toEqual(once);
      // And by the installation alone, where it was started by hand.
      const command = { claude: ['claude', '--print', '--', 'x'], codex: ['codex', 'exec', '--', 'x'] };
      const argv = tool === 'opencode' ? ['opencode', 'run', '--', 'x'] : command[tool as 'claude' | 'codex'];
      expect(statuses(await ran(['--', ...argv]))).toEqual(once);
      await sandbox.json(['hooks', 'remove', tool]);
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
  expect(stdout).toMatch(/^preset {4}claude +.*--headless, --max-turns with --headless, hooks$/m);
});

it('takes a session that runs without a person for that', async () => {
  const id = await ran(['--preset', 'claude', '--headless', 'do it']);
  const record = JSON.parse(readFileSync(sessionDir(id, 'session.json'), 'utf8'));
  expect(record.session.spec.headless).toBe(true);
});
