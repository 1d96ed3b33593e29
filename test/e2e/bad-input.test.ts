/** Every kind of bad input: two clear lines, the documented exit code, and nothing lost. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SessionServiceClient, StartRequest } from '@berth/shared/gen/berth/v1/session';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BERTHD, findProgram } from '../support/programs.ts';
import { run } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

interface Listed {
  readonly sessions: readonly {
    session_id: string;
    status: string;
    exit_code: number | null;
    prompt: string;
  }[];
}

/** Standard error of two lines, and nothing on standard output. */
function refusal(code: number, what: RegExp, hint: RegExp) {
  const stderr = expect.stringMatching(new RegExp(`^berth: ${what.source}\\n {2}hint: ${hint.source}\\n$`));
  return { code, stdout: '', stderr };
}

/** A `claude` on the login PATH that writes its arguments, NUL-separated, to `args`. */
function fakeClaude(sandbox: Sandbox): string {
  const bin = join(sandbox.home, 'bin');
  const args = join(sandbox.dir, 'args');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'claude'),
    `#!/bin/bash\nprintf '%s\\0' "$@" >${args}.new && mv ${args}.new ${args}\n`,
  );
  chmodSync(join(bin, 'claude'), 0o755);
  writeFileSync(join(sandbox.home, '.profile'), `export PATH=${bin}:$PATH\n`);
  return args;
}

/** An agent for tests that leave nothing on it: what one of them starts, the next one finds. */
let untouched: Sandbox;
beforeAll(async () => {
  untouched = createSandbox();
  await untouched.startAgent();
});
afterAll(() => untouched?.[Symbol.asyncDispose]());

async function startedNothing(): Promise<void> {
  expect((await untouched.json<Listed>(['list', '--all'])).sessions).toEqual([]);
}

describe('names', () => {
  it.each([
    ['an unknown session', ['output', 'nope'], 4, /.*nope.*/, /.*berth list --all.*/],
    ['an unknown session to kill', ['kill', 'nope'], 4, /.*nope.*/, /.*/],
    [
      'an unknown host',
      ['start', '--host', 'nope', '--', 'true'],
      4,
      /cannot find host nope: .*/,
      /.*berth host list.*/,
    ],
    [
      'a near miss of a host',
      ['start', '--host', 'locol', '--', 'true'],
      4,
      /cannot find host locol: .*/,
      /did you mean local\?.*/,
    ],
    [
      'a colon in a name',
      ['start', '--name', 'a:b', '--', 'true'],
      2,
      /.*a:b.*colon or a slash/,
      /use letters.*/,
    ],
    [
      'a slash in a name',
      ['start', '--name', 'a/b', '--', 'true'],
      2,
      /.*a\/b.*colon or a slash/,
      /use letters.*/,
    ],
    ['an unknown flag', ['list', '--stauts', 'x'], 2, /.*--stauts/, /did you mean --status\?.*/],
    ['an unknown command', ['lst'], 2, /.*lst/, /did you mean berth list\?/],
    ['an unknown status', ['list', '--status', 'runing'], 2, /.*runing.*/, /.*/],
    [
      'an unknown preset',
      ['start', '--preset', 'nope', 'x'],
      2,
      /.*no preset nope.*claude, .*shell, custom/,
      /.*/,
    ],
    ['negative memory', ['start', '--memory=-5G', '--', 'true'], 2, /.*-5G.*/, /.*512M.*/],
    ['absurd memory', ['start', '--memory', '99999T', '--', 'true'], 2, /.*/, /.*/],
    ['memory that is none', ['start', '--memory', 'lots', '--', 'true'], 2, /.*lots.*/, /.*512M.*/],
    ['nothing to start', ['start'], 2, /.*/, /.*/],
  ] as [string, string[], number, RegExp, RegExp][])('%s', async (_what, args, code, line, hint) => {
    expect(await untouched.berth(args)).toMatchObject(refusal(code, line, hint));
    await startedNothing();
  });

  it('an ambiguous prefix lists the candidates', async () => {
    await using sandbox = createSandbox();
    await sandbox.startAgent();
    const ids = [
      await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']),
      await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']),
    ];
    const answer = await sandbox.berth(['kill', 'sess-2']);
    expect(answer).toMatchObject({ code: 7, stdout: '' });
    for (const id of ids) expect(answer.stderr).toContain(id);
    const { sessions } = await sandbox.json<Listed>(['list']);
    expect(sessions.map(({ status }) => status)).toEqual(['running', 'running']);
  });
});

describe('prompts', () => {
  it.each([
    ['quotes and dollars', `it's "quoted" $(touch pwned) \`touch pwned\` $HOME \${PATH} ; touch pwned && x`],
    ['newlines and tabs', 'first\nsecond\tthird\r\n\n  last'],
    ['a dash in front', '--dangerously -x'],
    ['format characters', '%s %n #{pane_id} \\0 \\x41 *?[a-z] ~'],
    ['all of Unicode', 'ünï 日本 🚢 \u202e'],
  ])('%s arrive as they are, and no shell sees them', async (_what, prompt) => {
    await using sandbox = createSandbox();
    const args = fakeClaude(sandbox);
    await sandbox.startAgent();
    const id = await startedId(sandbox, ['start', '--json', '--', 'true']);
    const { code, stderr } = await sandbox.berth(['start', '-'], { input: prompt });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await until(() => existsSync(args), { what: 'the tool was run' });
    // Before it stand the arguments that wire its hooks.
    expect(readFileSync(args, 'utf8')).toMatch(/^--settings\0[^\0]+\0--\0/);
    expect(readFileSync(args, 'utf8').split('\0').slice(3)).toEqual([prompt.trimEnd(), '']);
    const { sessions } = await sandbox.json<Listed>(['list', '--all']);
    expect(sessions.find((session) => session.session_id !== id)?.prompt).toBe(prompt.trimEnd());
    expect(execFileSync('find', [sandbox.dir, '-name', 'pwned'], { encoding: 'utf8' })).toBe('');
  });

  it.each([
    ['1 MB', Buffer.alloc(2 ** 20, 'x'), /cannot start: the prompt has 1 MiB, the limit is 120 KiB/],
    ['a NUL', Buffer.from('a\0b'), /cannot start: the prompt contains NUL/],
    ['invalid UTF-8', Buffer.from([0x61, 0xff, 0x62]), /cannot start: standard input is not valid UTF-8/],
  ])('%s is refused', async (_what, input, line) => {
    expect(await untouched.berth(['start', '-'], { input })).toMatchObject(refusal(2, line, /.*/));
    await startedNothing();
  });

  it('1 MB is refused by the agent too, for programs', async () => {
    await using sandbox = createSandbox();
    const agent = await sandbox.startAgent();
    const client = new SessionServiceClient(`unix:${agent.socket}`, credentials.createInsecure());
    const request = StartRequest.fromPartial({
      requestId: 'r',
      preset: 'shell',
      prompt: 'x'.repeat(2 ** 20),
    });
    const refused = new Promise((resolve) => client.start(request, (error) => resolve(error?.message)));
    expect(await refused).toMatch(/the prompt has 1 MiB, the limit is 120 KiB/);
    client.close();
  });

  it('with no known tool on the PATH the presets are listed, and the line that needs none', async () => {
    await using sandbox = createSandbox();
    // Whatever this machine has installed: a login knows but one program, which it needs itself.
    const bin = join(sandbox.home, 'bin');
    mkdirSync(bin);
    symlinkSync('/usr/bin/env', join(bin, 'env'));
    writeFileSync(join(sandbox.home, '.profile'), `export PATH=${bin}\n`);
    await sandbox.startAgent();
    expect(await sandbox.berth(['start', 'refactor auth'])).toMatchObject(
      refusal(4, /no known tool is on the PATH .*claude, .*shell, custom/, /.*berth start -- echo hello/),
    );
  });
});

describe('sessions', () => {
  it('one that never printed has an empty output, which is no error', async () => {
    await using sandbox = createSandbox();
    await sandbox.startAgent();
    const id = await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
    expect(await sandbox.berth(['output', id])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(await sandbox.berth(['output', id, '--raw'])).toMatchObject({ code: 0, stdout: '' });
  });

  it('killing a finished one succeeds and says that it had ended', async () => {
    await using sandbox = createSandbox();
    await sandbox.startAgent();
    const id = await startedId(sandbox, ['start', '--json', '--', 'true']);
    await using follower = sandbox.spawnBerth(['output', id, '--follow']);
    await follower.finished;
    expect(await sandbox.berth(['kill', id])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/had ended/),
    });
    expect((await sandbox.json<Listed>(['list'])).sessions).toMatchObject([{ status: 'completed' }]);
  });

  it('a full ledger says what is free and when a slot may come free', async () => {
    await using sandbox = createSandbox();
    await sandbox.startAgent({ flags: ['--memory-capacity', '64M', '--default-slot', '64M'] });
    const start = (...flags: string[]) => sandbox.berth(['start', ...flags, '--', 'sleep', '1000']);
    expect((await start('--timeout', '1h')).code).toBe(0);
    expect(await start()).toMatchObject(
      refusal(
        5,
        /no slot of 64 MiB on .*: 0 B of 64 MiB free, 1 sessions hold the rest/,
        /a slot comes free in \d+ s at the latest.*/,
      ),
    );
    expect(await start('--memory', '1G')).toMatchObject(
      refusal(
        5,
        /no slot of 1 GiB on .*: the host has 64 MiB for sessions in all/,
        /ask for less with --memory/,
      ),
    );
  });

  it('ends what runs longer than its timeout, and keeps what it printed', async () => {
    await using sandbox = createSandbox();
    await sandbox.startAgent();
    const script = 'echo partial; sleep 1000';
    const { code } = await sandbox.berth(['start', '--timeout', '1s', '--wait', '--', 'bash', '-c', script]);
    expect(code).not.toBe(0);
    const { sessions } = await sandbox.json<Listed & { sessions: { detail: string }[] }>(['list']);
    expect(sessions).toMatchObject([{ status: 'failed', detail: expect.stringMatching(/timeout of 1 s/) }]);
    expect((await sandbox.berth(['output', sessions[0]?.session_id ?? ''])).stdout).toBe('partial\n');
  });
});

describe('the machine', () => {
  /** PATH with all that is needed but tmux, which `version` stands for; null: none at all. */
  function pathWithTmux(sandbox: Sandbox, version: string | null): string {
    const bin = join(sandbox.dir, 'bin');
    mkdirSync(bin);
    for (const name of ['bash', 'sh', 'env', 'cat']) symlinkSync(findProgram(name) ?? '', join(bin, name));
    if (version) {
      writeFileSync(join(bin, 'tmux'), `#!/bin/sh\necho "tmux ${version}"\n`);
      chmodSync(join(bin, 'tmux'), 0o755);
    }
    return bin;
  }

  it.each([
    ['missing', null, /cannot start berthd on this machine: .*tmux is not installed.*/],
    [
      'too old',
      '2.9a',
      /cannot start berthd on this machine: .*tmux 2\.9a is too old, 3\.2 or later is needed/,
    ],
  ])('tmux that is %s', async (_what, version, line) => {
    await using sandbox = createSandbox();
    const env = { PATH: pathWithTmux(sandbox, version) };
    const answer = await sandbox.berth(['start', '--', 'true'], { env });
    expect(answer).toMatchObject({ stdout: '', stderr: expect.stringMatching(line) });
    expect(answer.stderr).toMatch(/hint: install .*tmux/);
    expect(answer.code).not.toBe(0);
  });

  it('a socket path that is too long', async () => {
    await using sandbox = createSandbox();
    const long = join(sandbox.dir, 'x'.repeat(90));
    mkdirSync(long, { mode: 0o700 });
    const answer = await sandbox.berth(['start', '--', 'true'], { env: { XDG_RUNTIME_DIR: long } });
    expect(answer).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/has 1\d\d bytes, the limit is 103/),
    });
    expect(answer.stderr).toMatch(/hint: set XDG_RUNTIME_DIR to a shorter directory/);
    expect(answer.code).not.toBe(0);
  });

  it.runIf(process.getuid?.() === 0)(
    'a full disk refuses the start, and costs no session its end',
    async () => {
      await using sandbox = createSandbox();
      const state = join(sandbox.dir, 'small');
      mkdirSync(state);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=0700', 'tmpfs', state]);
      try {
        const env = { XDG_STATE_HOME: state };
        const agent = await sandbox.startAgent({ env });
        const go = join(sandbox.dir, 'go');
        const script = `until [ -e ${go} ]; do sleep 0.01; done; exit 6`;
        const id = await startedId(sandbox, ['start', '--json', '--', 'bash', '-c', script]);
        const ballast = join(state, 'ballast');
        try {
          execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'], { stdio: 'ignore' });
        } catch {
          // It ends when the disk is full: that is the point.
        }
        expect(await sandbox.berth(['start', '--', 'true'])).toMatchObject(
          refusal(5, /cannot write .*: .*full.*/, /free some space.*/),
        );
        writeFileSync(go, '');
        const exit = join(state, 'berth/sessions', id, 'exit');
        await until(() => existsSync(exit), { what: 'the end was recorded on the full disk' });
        rmSync(ballast);
        const listed = () => sandbox.json<Listed>(['list']);
        await until(async () => (await listed()).sessions[0]?.status === 'failed', {
          what: 'the end is told',
          deadlineMs: 40_000,
        });
        expect((await listed()).sessions).toMatchObject([{ session_id: id, exit_code: 6 }]);
        expect((await sandbox.berth(['start', '--', 'true'])).code).toBe(0);
        await agent.stop();
      } finally {
        execFileSync('umount', ['-l', state]);
      }
    },
    90_000,
  );
});

describe('a home in which nothing can be kept', () => {
  // Node's own way to make a directory with its parents goes round for ever there.
  const env = Object.fromEntries(
    ['STATE_HOME', 'CACHE_HOME', 'CONFIG_HOME', 'DATA_HOME'].map((name) => [`XDG_${name}`, undefined]),
  );

  it('is told by what needs one, and everything ends', async () => {
    const at = { env: { ...env, HOME: '/proc', BERTH_AGENT: undefined } };
    expect(await untouched.berth(['--version'], at)).toMatchObject({ code: 0, stderr: '' });
    const list = await untouched.berth(['list'], at);
    expect(list).toMatchObject({ code: 6, stderr: expect.stringMatching(/directory \/proc\/.*: ENOENT\n/) });
    const agent = await run([...BERTHD, 'serve'], { env: { ...untouched.env, ...at.env } });
    expect(agent).toMatchObject({ code: 6, stdout: '' });
    expect(agent.stderr).toMatch(/^cannot make the directory \/proc\/.*: ENOENT\n {2}hint: HOME and/);
  });
});
