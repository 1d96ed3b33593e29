/** Credentials of a preset's tool: asked for on a terminal, never sent unasked, and seen nowhere but in the session. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const CANARY = 'canary-never-to-be-seen';
const env = { KEYED_KEY: CANARY };
const WORK = 'test -n "$KEYED_KEY" && echo has-it || echo has-none; sleep 1000';
const QUESTION = /keyed on local takes KEYED_KEY; send yours for this session\? \[y\/N\]/;

let sandbox: Sandbox;
let agent: TestAgent;

beforeAll(async () => {
  sandbox = createSandbox();
  sandbox.writeConfig(
    'presets/keyed.yaml',
    'description: keyed\nprogram: bash\ncredentials: [KEYED_KEY, KEYED_TOKEN]\ninteractive: { with_prompt: [-c, "{prompt}"] }\n',
  );
  agent = await sandbox.startAgent({ flags: ['--log-level', 'debug'] });
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const printed = async (name: string, text: string) =>
  await until(async () => (await sandbox.berth(['output', name])).stdout.includes(text), {
    what: `${name} prints ${text}`,
  });

/** All command lines of this machine. */
function commandLines(): string {
  const read = (pid: string) => {
    try {
      return readFileSync(join('/proc', pid, 'cmdline'), 'utf8');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(read)
    .join('\n');
}

it('asks on a terminal, and sends them for a yes alone', async () => {
  for (const [name, answer, text] of [
    ['with', 'y', 'has-it'],
    ['without', '', 'has-none'],
  ] as const) {
    const args = ['start', '--preset', 'keyed', '--name', name, WORK];
    const terminal = sandbox.berthTerminal(args, { env, columns: 120 });
    await terminal.waitForScreen(QUESTION);
    if (answer) terminal.type(answer);
    terminal.press('Enter');
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.screen()).not.toContain(CANARY);
    await printed(name, text);
  }
});

it('sends nothing from a script, and says how; asks nobody who has chosen', async () => {
  const start = (name: string, ...flags: string[]) =>
    sandbox.berth(['start', '--preset', 'keyed', '--name', name, ...flags, WORK], { env });
  const hinted = await start('script');
  expect(hinted.code).toBe(0);
  expect(hinted.stderr).toMatch(
    /keyed on local gets no credentials from here; to send them: --env KEYED_KEY\n/,
  );
  await printed('script', 'has-none');
  expect((await start('passed', '--env', 'KEYED_KEY')).stderr).not.toMatch(/KEYED/);
  await printed('passed', 'has-it');
  sandbox.env.BERTH_CREDENTIALS = 'send';
  // It is none that a shipped preset takes: a host alone says that it is a credential.
  expect((await start('always')).stderr).toMatch(/to send them: --env KEYED_KEY\n/);
  await printed('always', 'has-none');
  sandbox.env.BERTH_CREDENTIALS = 'never';
  expect((await start('never')).stderr).not.toMatch(/KEYED/);
  await printed('never', 'has-none');
  sandbox.env.BERTH_CREDENTIALS = 'sometimes';
  expect(await start('bad')).toMatchObject({ code: 2 });
  delete sandbox.env.BERTH_CREDENTIALS;
});

it('leaves no trace of them in files, logs and command lines', async () => {
  expect((await sandbox.berth(['list', '--format', 'ids'])).stdout.split('\n').length).toBeGreaterThan(4);
  const search = ['-c', 'grep -rl "$1" "$2" || true', 'sh', CANARY, sandbox.dir];
  expect(execFileSync('sh', search, { encoding: 'utf8' })).toBe('');
  expect(agent.log).not.toContain(CANARY);
  expect(commandLines()).not.toContain(CANARY);
});

it('knows what the shipped tools take', async () => {
  const { presets } = await sandbox.json<{ presets: { name: string; credentials: string[] }[] }>([
    'host',
    'show',
    'local',
  ]);
  const first = Object.fromEntries(presets.map(({ name, credentials }) => [name, credentials[0] ?? null]));
  expect(first).toMatchObject({
    claude: 'ANTHROPIC_API_KEY',
    codex: 'OPENAI_API_KEY',
    gemini: 'GEMINI_API_KEY',
    shell: null,
    keyed: 'KEYED_KEY',
  });
});
