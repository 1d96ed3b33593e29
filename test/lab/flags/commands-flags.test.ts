/** A flag that a command accepts has an effect: one look at each, and none is left out. */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BERTH } from '../../support/programs.ts';
import { createSandbox, type Sandbox } from '../../support/sandbox.ts';
import { startedId } from '../../support/started.ts';
import { ATTENTION_FLAGS } from './attention-flags.ts';
import { CODE_FLAGS } from './code-flags.ts';
import { execFlags } from './exec-flags.ts';
import { forwardFlags } from './forward-flags.ts';
import { HOST_FLAGS, HOST_FLAGS_IN_LAB } from './host-flags.ts';
import { keptFlags } from './kept-flags.ts';
import { NOTIFY_FLAGS } from './notify-flags.ts';
import { PLACEMENT_FLAGS } from './placement-flags.ts';
import { POOL_FLAGS } from './pool-flags.ts';
import { uiFlags } from './ui-flags.ts';
import { watchFlags } from './watch-flags.ts';
import { workspaceFlags } from './workspace-flags.ts';

let sandbox: Sandbox;
/** A session that printed 30 lines and lives on. */
let printed: string;

beforeAll(async () => {
  sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--memory-capacity', '4G'] });
  const script = 'for i in $(seq 30); do echo "line $i"; done; printf "\\033[31mred\\033[0m\\n"; sleep 1000';
  const args = ['--name', 'printed', '--tag', 'team=a', '--', 'bash', '-c', script];
  printed = await startedId(sandbox, ['start', '--json', ...args]);
  await startedId(sandbox, ['start', '--json', '--wait', '--name', 'ended', '--', 'true']);
  await using follower = sandbox.spawnBerth(['output', 'printed', '--follow']);
  await follower.waitForText(/red/);
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const out = async (...args: string[]) => (await sandbox.berth(args)).stdout;
const started = (...args: string[]) => startedId(sandbox, ['start', '--json', ...args]);
const shown = (id: string) => sandbox.json<Record<string, unknown>>(['show', id]);
const ids = (...flags: string[]) => out('list', '--format', 'ids', ...flags);
/** The client with its output on a terminal: what it prints, escape sequences and all. */
const onTerminal = (...args: string[]) =>
  execFileSync('script', ['-qec', [...BERTH, ...args].join(' '), '/dev/null'], {
    env: sandbox.env,
    encoding: 'utf8',
  });

/** Runs the terminal command on a fresh session, and gives the terminal once it shows it. */
async function attached(command: string, ...flags: string[]) {
  const name = `at-${Math.random().toString(36).slice(2)}`;
  await started('--name', name, '--', 'bash', '-c', 'echo ready; cat -v');
  const terminal = sandbox.berthTerminal([command, name, ...flags]);
  await terminal.waitForScreen(/ready/);
  return { name, terminal };
}

function terminalFlags(command: string): Record<string, () => Promise<void>> {
  return {
    [`${command} --read-only`]: async () => {
      const { name, terminal } = await attached(command, '--read-only');
      terminal.type('never');
      await sandbox.berth(['send', name, 'always', '--enter']);
      await terminal.waitForScreen(/always/);
      expect(terminal.screen()).not.toMatch(/never/);
    },
    [`${command} --detach-others`]: async () => {
      const { name, terminal } = await attached(command);
      const other = sandbox.berthTerminal([command, name, '--detach-others']);
      await other.waitForScreen(/ready/);
      await terminal.waitForScreen(/detached by another terminal/);
    },
    [`${command} --detach-keys`]: async () => {
      const { terminal } = await attached(command, '--detach-keys', 'ctrl-p,ctrl-q');
      terminal.press('C-p', 'C-q');
      expect(await terminal.waitForExit()).toBe(0);
    },
    // The agent is stopped for it: in terminal.test.ts for attach, and here without one to come back.
    [`${command} --no-reconnect`]: async () => {
      await using own = createSandbox();
      const agent = await own.startAgent();
      await startedId(own, ['start', '--json', '--name', 'one', '--', 'bash', '-c', 'echo ready; cat']);
      const terminal = own.berthTerminal([command, 'one', '--no-reconnect']);
      await terminal.waitForScreen(/ready/);
      await agent.kill9();
      expect(await terminal.waitForExit()).toBe(3);
    },
  };
}

const FLAGS: Record<string, () => Promise<void>> = {
  ...execFlags(() => sandbox, 'printed'),
  ...forwardFlags(() => sandbox, 'printed'),
  ...CODE_FLAGS,
  'start --preset': async () =>
    expect(await shown(await started('--preset', 'shell', 'sleep 1000'))).toMatchObject({ preset: 'shell' }),
  'start --command': async () =>
    expect(await out('start', '--command', 'printf "<%s>\\n" {prompt}', '--follow', 'a "b" $HOME')).toBe(
      '<a "b" $HOME>\n',
    ),
  // What comes of them with each tool: in presets.test.ts.
  'start --max-turns': async () => {
    const args = ['start', '--command', 'echo {max_turns}', '--follow'];
    expect(await out(...args, '--max-turns', '12')).toBe('12\n');
    expect((await sandbox.berth([...args, '--max-turns', '0'])).code).toBe(2);
  },
  'start --directory': async () =>
    expect(await out('start', '--directory', '~', '--follow', '--', 'pwd')).toContain(sandbox.home),
  'start --headless': async () => {
    expect(await out('start', '--preset', 'shell', '--headless', '--follow', 'echo alone')).toBe('alone\n');
    expect((await sandbox.berth(['start', '--headless', '--', 'true'])).code).toBe(2);
  },
  'start --skip-permissions': async () => {
    sandbox.writeConfig(
      'presets/free.yaml',
      'description: free\nprogram: echo\ninteractive: { with_prompt: ["{prompt}"] }\nskip_permissions: { interactive: [freely] }\n',
    );
    expect(await out('start', '--preset', 'free', '--skip-permissions', '--follow', 'x')).toBe('freely x\n');
    expect((await sandbox.berth(['start', '--preset', 'shell', '--skip-permissions', 'true'])).code).toBe(2);
  },
  'hooks --host': async () => {
    expect(await out('hooks', 'show', 'claude', '--host', 'local')).toMatch(/^claude: not installed in /);
    expect((await sandbox.berth(['hooks', 'show', '--host', 'nowhere'])).code).toBe(4);
  },
  'start --name': async () =>
    expect(await shown('printed')).toMatchObject({ name: 'printed', session_id: printed }),
  'start --host': async () => {
    expect(await sandbox.berth(['start', '--host', 'nowhere', '--', 'true'])).toMatchObject({ code: 4 });
    expect(await shown(await started('--host', 'local', '--', 'true'))).toMatchObject({ vm_name: 'local' });
  },
  'start --memory': async () =>
    expect(await shown(await started('--memory', '48M', '--', 'true'))).toMatchObject({
      memory_bytes: 48 * 2 ** 20,
    }),
  'start --tag': async () =>
    expect(await shown(await started('--tag', 'a=b', '--tag', 'c=d=e', '--', 'true'))).toMatchObject({
      tags: { a: 'b', c: 'd=e' },
    }),
  'start --env': async () =>
    expect(await out('start', '--env', 'GIVEN=a b', '--follow', '--', 'bash', '-c', 'echo "<$GIVEN>"')).toBe(
      '<a b>\n',
    ),
  'start --env-file': async () => {
    const file = join(sandbox.dir, 'env');
    writeFileSync(file, '# a comment\nFROM_FILE=in the file\nBERTH_PRESET=nonsense\n');
    const args = ['start', '--env-file', file, '--follow', '--', 'bash', '-c', 'echo "<$FROM_FILE>"'];
    expect(await out(...args)).toBe('<in the file>\n');
    // Its variables are the session's alone: the client does not take BERTH_PRESET for its own setting.
    expect(await out('config', '--show-origin')).not.toMatch(/nonsense/);
    const gone = await sandbox.berth(['start', '--env-file', `${file}.gone`, '--', 'true']);
    expect(gone).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^berth: cannot read --env-file .*gone: ENOENT/),
    });
  },
  'start --timeout': async () => {
    expect((await sandbox.berth(['start', '--timeout', '300ms', '--wait', '--', 'sleep', '1000'])).code).toBe(
      124,
    );
    expect((await sandbox.berth(['start', '--timeout', '0', '--', 'true'])).code).toBe(2);
  },
  // What comes of it takes a reboot: in test/lab.
  'start --restart': async () => {
    expect(await shown(await started('--restart', 'on-reboot', '--', 'true'))).toMatchObject({
      restart: 'on-reboot',
    });
    expect(await shown(await started('--', 'true'))).toMatchObject({ restart: 'never' });
    expect((await sandbox.berth(['start', '--restart', 'always', '--', 'true'])).code).toBe(2);
  },
  'start --attach': async () => {
    const terminal = sandbox.berthTerminal(['start', '--attach', '--', 'bash', '-c', 'echo here; cat']);
    await terminal.waitForScreen(/here/);
    terminal.press('C-b', 'd');
    await terminal.waitForScreen(/detached; session .* goes on/);
  },
  'start --follow': async () =>
    expect(await out('start', '--follow', '--', 'echo', 'followed')).toBe('followed\n'),
  'start --wait': async () =>
    expect((await sandbox.berth(['start', '--wait', '--', 'bash', '-c', 'exit 42'])).code).toBe(42),
  // What comes of it: in history.test.ts.
  'start --again': async () => {
    const id = await started('--tag', 'kind=again', '--', 'true');
    expect(await shown(await started('--again', id))).toMatchObject({
      argv: ['true'],
      tags: { kind: 'again' },
    });
    expect((await sandbox.berth(['start', '--again', 'nothing'])).code).toBe(4);
  },
  'history --limit': async () => {
    for (const word of ['older', 'newer']) await started('--', 'true', word);
    expect(await out('history', '--limit', '2', 'true')).toMatch(/ true older\n.* true newer\n$/);
    expect(await out('history', '--limit', '1')).not.toMatch(/older/);
    expect((await sandbox.berth(['history', '--limit', 'some'])).code).toBe(2);
  },
  'history --clear': async () => {
    expect((await sandbox.berth(['history', '--clear', 'true'])).code).toBe(2);
    expect(await out('history', '--clear')).toMatch(/^\d+ starts? forgotten\n$/);
    expect(await out('history')).toBe('');
  },
  'start --request-id': async () =>
    expect(await started('--request-id', 'once', '--', 'true')).toBe(
      await started('--request-id', 'once', '--', 'true'),
    ),
  'list --status': async () => {
    expect(await ids('--status', 'running')).toContain(printed);
    expect(await ids('--status', 'completed,failed')).not.toContain(printed);
  },
  'list --host': async () => {
    expect(await ids('--host', 'local')).toContain(printed);
    expect((await sandbox.berth(['list', '--host', 'nowhere'])).code).toBe(4);
  },
  'list --local': async () => expect(await ids('--local')).toContain(printed),
  'list --remote': async () => {
    expect(await ids('--remote')).toBe('');
    expect((await sandbox.berth(['list', '--remote', '--local'])).code).toBe(2);
  },
  'list --tag': async () => {
    expect(await ids('--tag', 'team')).toBe(`${printed}\n`);
    expect(await ids('--tag', 'team=b')).toBe('');
  },
  'list --wide': async () =>
    expect(await out('list', '--wide')).toMatch(/^SESSION .*PRESET +MEMORY[\s\S]* 32MiB /),
  'list --verbose': async () => {
    const whole = `echo ${'long '.repeat(40)}`;
    await started('--preset', 'shell', '--name', 'wordy', '--tag', 'kind=wordy', `${whole}\nsleep 1000`);
    const shown = onTerminal('list', '--verbose', '--tag', 'kind=wordy');
    expect(shown).toMatch(/ wordy\s*\n/);
    expect(shown).toContain(`    ${whole.trim()}`);
    expect(shown).toMatch(/sessions hidden by --tag/);
    expect(onTerminal('list', '--remote')).toMatch(/1 host not asked: --remote/);
    expect(onTerminal('list', '--remote', '--format', 'ids').trim()).toBe('');
  },
  'list --by': async () =>
    expect(await out('list', '--by', 'host')).toMatch(/^HOSTNAME +SESSION +STATUS +IP\n/),
  'list --format': async () => {
    const rows = JSON.parse(await out('list', '--format', 'json')) as Record<string, unknown>[];
    const row = rows.find(({ session_id }) => session_id === printed) ?? {};
    // What is measured moves between two looks; everything else is the same.
    const { memory_used_bytes, memory_peak_bytes, cpu_seconds, cpu_percent, ...steady } = row;
    expect([memory_used_bytes, memory_peak_bytes, cpu_seconds, cpu_percent]).not.toContain(undefined);
    expect(await shown(printed)).toMatchObject(steady);
    expect(await out('list', '--format', 'yaml')).toContain(`- session_id: ${printed}\n`);
    expect(await out('list', '--format', 'csv')).toMatch(/^session_id,name,/);
    expect(await out('list', '--format', 'table')).toMatch(/^SESSION +VM +STATUS +AGE +PROMPT\n/);
    expect((await sandbox.berth(['list', '--format', 'csv', '--wide'])).code).toBe(2);
  },
  ...watchFlags(() => ({ sandbox, printed })),
  'output --lines': async () => expect(await out('output', 'printed', '--lines', '2')).toBe('line 30\nred\n'),
  'output --all': async () => expect((await out('output', 'printed', '--all')).split('\n')).toHaveLength(32),
  'output --follow': async () => expect(await out('output', 'ended', '--follow')).toBe(''),
  'output --raw': async () => {
    expect(await out('output', 'printed', '--raw')).toMatch(/^line 1\r\n/);
    expect(await out('output', 'printed', '--raw', '--lines', '1')).toBe('\u001b[31mred\u001b[0m\r\n');
  },
  'output --since-offset': async () =>
    expect(await out('output', 'printed', '--since-offset', '8')).toMatch(/^line 2\n/),
  'output --screen': async () => {
    expect((await out('output', 'printed', '--screen')).split('\n').length).toBeLessThanOrEqual(38);
    expect((await sandbox.berth(['output', 'printed', '--screen', '--raw'])).code).toBe(2);
  },
  'output --no-reconnect': async () => {
    await using own = createSandbox();
    const agent = await own.startAgent();
    await startedId(own, ['start', '--json', '--name', 'one', '--', 'bash', '-c', 'echo ready; cat']);
    const follower = own.spawnBerth(['output', 'one', '--follow', '--no-reconnect']);
    await follower.waitForText(/ready/);
    await agent.kill9();
    expect((await follower.finished).code).toBe(3);
    expect((await own.berth(['output', 'one', '--no-reconnect'])).code).toBe(2);
  },
  ...terminalFlags('attach'),
  ...terminalFlags('connect'),
  'send --enter': async () => {
    const done = join(sandbox.dir, 'entered');
    const id = await started('--', 'bash', '-c', `read -r line; echo "$line" >${done}; echo got it`);
    await sandbox.berth(['send', id, 'a line', '--enter']);
    await using follower = sandbox.spawnBerth(['output', id, '--follow']);
    await follower.finished;
    expect(existsSync(done)).toBe(true);
  },
  'send --key': async () => {
    const { name, terminal } = await attached('attach');
    await sandbox.berth(['send', name, 'x', '--key', 'C-a', '--key', 'Up', '--enter']);
    await terminal.waitForScreen(/^x\^A\^\[\[A$/m);
  },
  'send --no-verify': async () => {
    const id = await started('--', 'bash', '-c', 'stty raw -echo; cat >/dev/null');
    await sandbox.berth(['send', id, 'x', '--no-verify']);
    const args = ['send', id, 'nobody shows this'];
    expect((await sandbox.berth([...args, '--no-verify'])).code).toBe(0);
    expect((await sandbox.berth(args)).code).toBe(7);
  },
  ...ATTENTION_FLAGS,
  'kill --grace': async () => {
    const id = await started('--', 'bash', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done');
    await using ready = sandbox.spawnBerth(['output', id, '--follow']);
    await ready.waitForText(/ready/);
    expect(await out('kill', id, '--grace', '1s')).toMatch(/sent SIGTERM, then SIGKILL: /);
  },
  'kill --signal': async () =>
    expect(await out('kill', await started('--', 'sleep', '1000'), '--signal', 'INT')).toMatch(
      /sent SIGINT: /,
    ),
  'kill --all': async () => {
    await using own = createSandbox();
    await own.startAgent();
    for (const name of ['a', 'b'])
      await startedId(own, ['start', '--json', '--name', name, '--', 'sleep', '1000']);
    expect(await own.berth(['kill', '--all', '--status', 'running'])).toMatchObject({ code: 2, stdout: '' });
    expect((await own.berth(['kill', '--all', '--status', 'failed', '--yes'])).stdout).toBe('');
    const { code, stdout } = await own.berth(['kill', '--all', '--status', 'running', '--yes']);
    expect([code, stdout.split('\n').length]).toEqual([0, 3]);
  },
  'kill --status': async () => expect((await sandbox.berth(['kill', '--status', 'running'])).code).toBe(2),
  'kill --yes': async () => {
    const args = ['kill', '--all', '--status', 'lost'];
    expect((await sandbox.berth([...args, '--yes'])).code).toBe(0);
    const terminal = sandbox.berthTerminal(['kill', '--all', '--status', 'running']);
    await terminal.waitForScreen(/kill \d+ sessions? \(running\)\? \[y\/N\]/);
    terminal.type('n');
    terminal.press('Enter');
    expect(await terminal.waitForExit()).toBe(1);
    expect(await ids('--status', 'running')).toContain(printed);
  },
  'status --host': async () => {
    expect(await out('status', '--host', 'local')).toMatch(/^local +online/m);
    expect((await sandbox.berth(['status', '--host', 'nowhere'])).code).toBe(4);
  },
  // Without a kernel that keeps peaks there is nothing to advise: the figures are in slot-advice.test.ts.
  'status --slots': async () => expect(await sandbox.json(['status', '--slots'])).toEqual({ slots: [] }),
  'status --format': async () => {
    await sandbox.json(['list']);
    expect(await out('status', '--format', 'tmux')).toMatch(/ \d+▶\n$/);
    expect(await out('status', '--no-color', '--format=tmux')).toMatch(/ \d+▶\n$/);
    expect(await out('status', '--format', 'table')).toMatch(/^local +online/m);
    expect((await sandbox.berth(['status', '--format', 'tmux', '--slots'])).code).toBe(2);
  },
  'dash --host': async () => {
    const terminal = sandbox.berthTerminal(['dash', '--host', 'local']);
    await terminal.waitForScreen(/✓ local/);
    terminal.press('q');
    expect(await terminal.waitForExit()).toBe(0);
    const nowhere = sandbox.berthTerminal(['dash', '--host', 'nowhere']);
    expect(await nowhere.waitForExit()).toBe(4);
  },
  'top --host': async () => {
    expect(await out('top', '--once', '--host', 'local')).toMatch(/^local +online/m);
    expect((await sandbox.berth(['top', '--once', '--host', 'nowhere'])).code).toBe(4);
  },
  'top --once': async () => {
    expect(await out('top', '--once')).toMatch(/^HOST .*\nlocal +online/);
    expect(await sandbox.berth(['top'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/hint: .*--once/),
    });
  },
  // That it asks again is seen in status-bar.test.ts.
  'top --interval': async () =>
    expect((await sandbox.berth(['top', '--once', '--interval', 'often'])).code).toBe(2),
  ...PLACEMENT_FLAGS,
  ...workspaceFlags(() => sandbox),
  ...HOST_FLAGS,
  ...NOTIFY_FLAGS,
  ...keptFlags(() => sandbox),
  ...POOL_FLAGS,
  ...uiFlags(() => sandbox),
  'config --show-origin': async () =>
    expect(await out('config', '--show-origin')).toMatch(/ssh_program: ssh {2}# default/),
  'version --all': async () => expect(await out('version', '--all')).toMatch(/^berth (\S+)\nlocal \1\n$/),
  'version --host': async () =>
    expect(await out('version', '--host', 'local')).toMatch(/^berth (\S+)\nlocal \1\n$/),
  'everywhere --config': async () =>
    expect((await sandbox.berth(['list', '--config', `${sandbox.dir}/gone`])).code).toBe(2),
  'everywhere --no-color': async () => {
    expect(onTerminal('output', 'printed', '--since-offset', '0')).toContain('\u001b[31m');
    expect(onTerminal('output', 'printed', '--since-offset', '0', '--no-color')).not.toContain('\u001b[31m');
  },
  'everywhere --json': async () =>
    expect(JSON.parse((await sandbox.berth(['show', 'nope', '--json'])).stderr)).toMatchObject({
      error: { code: 4, reason: 'SESSION_NOT_FOUND' },
    }),
  'everywhere --help': async () => expect(await out('show', '-h')).toBe(await out('help', 'show')),
};

/** Needs a session that ended yesterday: with a fake agent, in commands.test.ts beside the command. */
const ELSEWHERE = ['list --all', ...HOST_FLAGS_IN_LAB];

it.each(Object.keys(FLAGS))('%s', async (flag) => await FLAGS[flag]?.());

it('leaves out no flag of any command', async () => {
  const flagsIn = (help: string) =>
    [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map((match) => match[1]);
  const commands = [...(await out('--help')).matchAll(/^ {2}([a-z]+)(?:, [a-z]+)? {2,}/gm)].map(
    (match) => match[1] ?? '',
  );
  const accepted = new Set<string>();
  for (const command of commands) {
    const [own = '', everywhere = ''] = (await out(command, '--help')).split('everywhere:');
    for (const flag of flagsIn(own)) accepted.add(`${command} ${flag}`);
    for (const flag of flagsIn(everywhere)) accepted.add(`everywhere ${flag}`);
  }
  expect(accepted.size).toBeGreaterThan(40);
  expect([...Object.keys(FLAGS), ...ELSEWHERE].sort()).toEqual([...accepted].sort());
});
