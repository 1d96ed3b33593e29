/** `berth completion` in the shells it is for: nobody is asked, and nothing runs that a host named. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findProgram, ROOT } from '../support/programs.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import type { TestTerminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let hostile: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const named = ['start', '--json', '--name', 'unmistakable', '--tag', 'team=a', '--', 'sleep', '1000'];
  await startedId(sandbox, named);
  await startedId(sandbox, ['start', '--json', '--name', 'finished', '--', 'sleep', '1000']);
  await sandbox.berth(['kill', 'finished']);
  const pwned = ['start', '--json', '--name', '$(echo>pwned)', '--', 'sleep', '1000'];
  hostile = await startedId(sandbox, pwned);
  writeFileSync(join(sandbox.home, 'a-file.env'), '');
  const bin = join(sandbox.dir, 'bin');
  mkdirSync(bin);
  symlinkSync(join(ROOT, 'berth'), join(bin, 'berth'));
  env = { PATH: `${bin}:${sandbox.env.PATH}`, PS1: 'prompt> ' };
  // From here on it is known by heart: nobody is asked.
  await agent.kill9();
});
afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
});

/** What is typed, and the line that it becomes; the same in all shells. */
const LINES = () =>
  [
    ['berth att', /> berth attach/],
    ['berth output unm', /> berth output unmistakable/],
    ['berth attach local:unm', /> berth attach local:unmistakable/],
    ['berth output loc', /> berth output local:/],
    ['berth tunnel lo', /> berth tunnel local/],
    ['berth host doc', /> berth host doctor/],
    ['berth pool sc', /> berth pool scale/],
    ['berth host drain lo', /> berth host drain local/],
    ['berth output --fol', /> berth output --follow/],
    ['berth list --status run', /> berth list --status running/],
    ['berth list --format cs', /> berth list --format csv/],
    ['berth list --format=cs', /> berth list --format=csv/],
    ['berth list --tag te', /> berth list --tag team/],
    ['berth start --preset cl', /> berth start --preset claude/],
    ['berth start --env-file a-f', /> berth start --env-file a-file\.env/],
    [`berth kill ${hostile.slice(0, -3)}`, new RegExp(`> berth kill ${hostile}`)],
    // What has ended can be shown, and not be killed.
    ['berth show fin', /> berth show finished/],
  ] as const;

async function completes(terminal: TestTerminal, typed: string, whole: RegExp): Promise<void> {
  terminal.type(typed);
  terminal.press('Tab');
  await terminal.waitForScreen(whole);
  // While a shell still completes it swallows the key.
  const cleared = () => {
    if (/(?:^|\n)prompt>$/.test(terminal.screen())) return true;
    terminal.press('C-c');
    return false;
  };
  await until(cleared, { what: 'a new line', everyMs: 250 });
}

const SHELLS = {
  bash: { argv: ['--norc', '-i'], load: 'eval "$(berth completion bash)"; echo loaded-$?' },
  zsh: {
    argv: ['-f', '-i'],
    load: 'autoload -Uz compinit; compinit -D -u; eval "$(berth completion zsh)"; echo loaded-$?',
  },
  fish: {
    argv: ['--no-config', '-i'],
    load: 'function fish_prompt; echo -n "prompt> "; end; berth completion fish | source; echo loaded-$status',
  },
} as const;

// Not all have all shells; CI does.
const there = (name: string) => findProgram(name) !== null || Boolean(process.env.CI);

for (const [name, { argv, load }] of Object.entries(SHELLS))
  it.skipIf(!there(name))(`completes in a real ${name}`, async () => {
    await using terminal = sandbox.terminal([name, ...argv], { env, columns: 120 });
    await terminal.waitForScreen(/[>#] ?$/m);
    terminal.type(load);
    terminal.press('Enter');
    await terminal.waitForScreen(/^loaded-0/m);
    for (const [typed, whole] of LINES()) await completes(terminal, typed, whole);
    expect(execFileSync('find', [sandbox.dir, '-name', 'pwned'], { encoding: 'utf8' })).toBe('');
  });

it('offers nothing that could not be done', async () => {
  const offered = await sandbox.berth(['completion', 'next', '--', 'kill', 'fin']);
  expect(offered).toMatchObject({ code: 0, stdout: '', stderr: '' });
});
