/** Coding agents from end to end: what they ask on a host is known on the laptop, over ssh, as it happens. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { installTools } from '../support/tools.ts';
import { until } from '../support/until.ts';

interface Told {
  readonly host: string;
  readonly session_id: string;
  readonly type: string;
  readonly attention_kind?: string;
  readonly reason?: string;
  readonly line?: string;
  readonly activity?: string;
}

interface Listed {
  readonly sessions: readonly { session_id: string; attention: { kind: string } | null; figures: unknown }[];
}

const scope = new AsyncDisposableStack();
let sandbox: Sandbox;
/** `berth watch`, as it runs on the laptop all the time: the tests below ask nobody else what happens. */
let watch: Running;

beforeAll(async () => {
  sandbox = scope.use(createSandbox());
  installTools(sandbox);
  await sandbox.startAgent({ name: 'dev', flags: ['--prompt-still', '500ms'] });
  const sshd = scope.use(await TestSshd.start(sandbox, { name: 'dev' }));
  configureHosts(sandbox, [{ sshd }]);
  watch = scope.use(sandbox.spawnBerth(['watch', '--json', '--host', 'dev', '--since', '1h']));
});
afterAll(() => scope.disposeAsync());

const started = (preset: string, prompt: string) =>
  startedId(sandbox, ['start', '--json', '--host', 'dev', '--preset', preset, prompt]);

function told(id: string): Told[] {
  const lines = watch.stdout.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as Told).filter(({ session_id }) => session_id === id);
}

/** What was told of a session's attention: kinds as they are raised, and why they were cleared. */
function story(id: string): string[] {
  return told(id).flatMap(({ type, attention_kind: kind, reason }) => {
    if (type === 'attention_raised') return [`+${kind}`];
    return type === 'attention_cleared' ? [`-${kind} ${reason}`] : [];
  });
}

const arrives = (id: string, ...words: string[]) =>
  until(() => story(id).length >= words.length, { what: `${words} of ${id}`, deadlineMs: 15_000 })
    .catch(() => undefined)
    .then(() => expect(story(id)).toEqual(words));

/** The attention as it was raised last. */
const raised = (id: string) => told(id).findLast(({ type }) => type === 'attention_raised');

const attentionOf = async (id: string) => {
  const { sessions } = await sandbox.json<Listed>(['list', '--remote']);
  return sessions.find(({ session_id }) => session_id === id)?.attention;
};

/** Everything that its hooks have left so far was read. */
async function heard(id: string, sign: RegExp): Promise<void> {
  const status = join(sandbox.dir, 'dev/state/berth/sessions', id, 'status');
  await until(async () => sign.test((await sandbox.berth(['output', id, '--all'])).stdout), {
    what: `${sign} is printed`,
  });
  await until(() => readdirSync(status).every((name) => !name.endsWith('.event.json')), {
    what: 'its hooks are read',
  });
}

it('claude asks, is answered, works, and has finished: told once each, and shown by list', async () => {
  const id = await started('claude', 'do it');
  await arrives(id, '+permission');
  expect(raised(id)).toMatchObject({ host: 'dev', reason: 'wants to run Bash', line: 'npm test' });
  // One that is younger and asks nobody comes after it.
  await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'sleep', '1000']);
  const { sessions } = await sandbox.json<Listed>(['list', '--remote']);
  expect(sessions[0]).toMatchObject({
    session_id: id,
    attention: { kind: 'permission', reason: 'wants to run Bash', line: 'npm test', source: 'hook' },
  });
  const terminal = sandbox.berthTerminal(['list', '--remote']);
  await terminal.waitForScreen(/permission \d+s: wants to run Bash — npm test/);

  await sandbox.berth(['send', id, '--enter']);
  await arrives(id, '+permission', '-permission typed', '+done');
  expect(raised(id)).toMatchObject({ reason: 'finished its turn', line: 'Shall I go on?' });
  // Its reminders, that it asks for a permission and that it waits, are no news.
  await heard(id, /for shortcuts/);
  await arrives(id, '+permission', '-permission typed', '+done');
  const activities = told(id).flatMap(({ activity }) => activity ?? []);
  expect(activities.slice(activities.indexOf('waiting'))).toEqual(['waiting', 'working', 'idle']);
  const figures = { turns: 1, input_tokens: 220, output_tokens: 27, tool_calls: { Bash: 1 }, subagents: 0 };
  await until(
    async () => {
      expect(await sandbox.json(['show', id])).toMatchObject({ figures });
      return true;
    },
    { what: 'its tokens are counted' },
  );
});

describe('a refusal clears the permission, though no hook tells of it:', () => {
  it('by berth send', async () => {
    const id = await started('claude', 'do it');
    await arrives(id, '+permission');
    await sandbox.berth(['send', id, '--key', 'Escape']);
    await arrives(id, '+permission', '-permission typed');
    await heard(id, /Interrupted/);
    expect(await attentionOf(id)).toBe(null);
  });

  it('typed into berth attach', async () => {
    const id = await started('claude', 'do it');
    await arrives(id, '+permission');
    const terminal = sandbox.berthTerminal(['attach', id]);
    await terminal.waitForScreen(/Do you want to proceed\?/);
    terminal.press('Escape');
    await terminal.waitForScreen(/Interrupted/);
    await arrives(id, '+permission', '-permission typed');
    expect(await attentionOf(id)).toBe(null);
  });
});

it("a helper's end is not the end", async () => {
  const id = await started('claude', 'delegate it');
  await arrives(id, '+permission');
});

it('a turn that its provider refuses is an error', async () => {
  const id = await started('claude', 'fail');
  await arrives(id, '+permission');
  await sandbox.berth(['send', id, '--enter']);
  await arrives(id, '+permission', '-permission typed', '+error');
  expect(raised(id)).toMatchObject({ reason: 'failed: billing_error', line: 'Credit balance is too low' });
});

it('codex asks by OSC 9, and by what stands on its screen', async () => {
  const id = await started('codex', 'do it');
  await arrives(id, '+input', '-input replaced', '+permission');
  const [osc9] = told(id).filter(({ type }) => type === 'attention_raised');
  expect(osc9).toMatchObject({ reason: 'Approval requested: npm test' });
  expect(raised(id)).toMatchObject({ line: 'Would you like to run the following command?' });
  await sandbox.berth(['send', id, '--enter']);
  await arrives(id, '+input', '-input replaced', '+permission', '-permission typed', '+done');
});

it('opencode asks, and has finished', async () => {
  const id = await started('opencode', 'do it');
  await arrives(id, '+permission');
  expect(raised(id)).toMatchObject({ reason: 'wants to use bash', line: 'git push *' });
  await sandbox.berth(['send', id, '--enter']);
  await arrives(id, '+permission', '-permission typed', '+done');
});
