/** Editors of sessions, and what breaks under them: the agent, the disk, the workspace, the installation. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { editorCalls } from '../support/editor-calls.ts';
import { historyOf } from '../support/host-events.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { giveStandInEditor } from '../support/stand-in-editor.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const start = (sandbox: Sandbox, ...words: string[]) =>
  startedId(sandbox, ['start', '--json', '--name', 'one', ...words]);
const SLEEPS = ['--', 'sleep', '1000'];

/** What the host tells of editors that ended by themselves. */
async function alarms(socket: string): Promise<string[]> {
  const told = (await historyOf(socket)).map(({ fact }) => fact);
  return told.flatMap((fact) => (fact.type === 'hostNotice' ? [`${fact.reason} ${fact.message}`] : []));
}

/** Writes down each of its starts, and serves once it may. */
function giveSlowEditor(sandbox: Sandbox) {
  const [starts, go] = [join(sandbox.dir, 'starts'), join(sandbox.dir, 'go')];
  giveStandInEditor(
    sandbox,
    `const fs = require('node:fs');
    fs.appendFileSync(${JSON.stringify(starts)}, 'x');
    const socket = process.argv[process.argv.indexOf('--socket') + 1];
    const serve = () => require('node:http').createServer((_, answer) => answer.end('page')).listen(socket);
    const look = () => (fs.existsSync(${JSON.stringify(go)}) ? serve() : setTimeout(look, 20));
    look();`,
  );
  return {
    starts: () => (existsSync(starts) ? readFileSync(starts, 'utf8').length : 0),
    go: () => writeFileSync(go, ''),
  };
}

it('no alarm is raised for an editor that ends because its session does, by itself', async () => {
  await using sandbox = createSandbox();
  giveStandInEditor(sandbox);
  const { socket } = await sandbox.startAgent();
  const editors = editorCalls(socket);
  const done = join(sandbox.dir, 'done');
  const id = await start(sandbox, '--', 'bash', '-c', `until [ -e ${done} ]; do sleep 0.05; done`);
  await editors.open({ session: id });
  writeFileSync(done, '');
  await until(async () => (await editors.get(id)).state === 'stopped', { what: 'the editor is gone' });
  const ended = async () => (await sandbox.json<{ status: string }>(['show', id])).status === 'completed';
  await until(ended, { what: 'the session has ended' });
  expect(await alarms(socket)).toEqual([]);
  expect((await editors.get(id)).detail).toBe('');
  expect(readdirSync(join(sandbox.runtimeDir, 'e'))).toEqual([]);
});

it('a start that the agent was killed in goes on under the next one', async () => {
  await using sandbox = createSandbox();
  const slow = giveSlowEditor(sandbox);
  const agent = await sandbox.startAgent();
  const id = await start(sandbox, ...SLEEPS);
  const broken = editorCalls(agent.socket)
    .open({ session: id })
    .catch((error: unknown) => error);
  await until(() => slow.starts() === 1, { what: 'it starts' });
  await agent.kill9();
  expect(await broken).toMatchObject({ reason: 'HOST_UNREACHABLE' });
  await agent.restart();
  const editors = editorCalls(agent.socket);
  expect(await editors.get(id)).toMatchObject({ state: 'starting', detail: '' });
  const opening = editors.open({ session: id });
  slow.go();
  expect(await opening).toMatchObject({ state: 'ready', detail: '' });
  expect(slow.starts()).toBe(1);
  expect(await alarms(agent.socket)).toEqual([]);
});

it.each(['its own', 'a directory of the user'])('a workspace that is gone is named: %s', async (whose) => {
  await using sandbox = createSandbox();
  giveStandInEditor(sandbox);
  const { socket } = await sandbox.startAgent();
  const own = join(sandbox.home, 'project');
  mkdirSync(own);
  const words = whose === 'its own' ? [] : ['--directory', own];
  const id = await start(sandbox, ...words, ...SLEEPS);
  const editors = editorCalls(socket);
  const { directory } = await editors.open({ session: id });
  await editors.stop(id);
  rmSync(directory, { recursive: true });
  expect(await sandbox.berth(['code', 'one', '--print-url'])).toMatchObject({
    code: 4,
    stdout: '',
    stderr: `berth: cannot open an editor for ${id}: its workspace ${directory} is gone\n  hint: make the directory again, or end the session\n`,
  });
  expect(readdirSync(join(sandbox.runtimeDir, 'e'))).toEqual([]);
  mkdirSync(directory);
  expect((await editors.open({ session: id })).state).toBe('ready');
});

it('a disk that is full is told, and takes nothing of the settings', async () => {
  await using sandbox = createSandbox();
  const state = join(sandbox.dir, 'small');
  mkdirSync(state);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'tmpfs', state]);
  try {
    giveStandInEditor(sandbox);
    const { socket } = await sandbox.startAgent({ env: { XDG_STATE_HOME: state } });
    const id = await start(sandbox, ...SLEEPS);
    const settings = `{ "mine": "${'x'.repeat(100_000)}" }`;
    sandbox.writeConfig('code/settings.json', settings);
    const ballast = join(state, 'ballast');
    execFileSync('bash', ['-c', 'dd if=/dev/zero of="$0" bs=4k || truncate -s -32K "$0"', ballast], {
      stdio: 'ignore',
    });
    expect(await sandbox.berth(['code', 'one', '--print-url'])).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(
        /^berth: cannot write to \/\S+: the disk is full\n {2}hint: free some space/,
      ),
    });
    rmSync(ballast);
    await editorCalls(socket).open({ session: id, profile: { settings } });
    const user = join(state, 'berth/sessions', id, 'editor/data/User');
    expect(readFileSync(join(user, 'settings.json'), 'utf8')).toBe(settings);
    expect(readdirSync(user)).toEqual(['settings.json']);
  } finally {
    execFileSync('umount', ['-l', state]);
  }
});

const ARM64 = Buffer.from('7f454c460201010000000000000000000200b700010000000000', 'hex');

it.each([
  ['of another kind of machine', '', ARM64, /: it is for another kind of machine$/],
  [
    'without a part of it',
    '#!/bin/sh\necho "Error: Cannot find module x" >&2\nexit 1\n',
    null,
    /.*: Error: .* x/,
  ],
  ['that says something else', '#!/bin/sh\necho hello\n', null, /.*: it does not tell its version/],
])('an installation %s is named, with what mends it', async (_what, program, node, why) => {
  await using sandbox = createSandbox();
  const bin = join(sandbox.home, '.local/share/berth/code-server/1.0.0/bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'code-server'), program, { mode: 0o755 });
  if (node) writeFileSync(join(bin, 'node'), node, { mode: 0o755 });
  await sandbox.startAgent();
  await start(sandbox, ...SLEEPS);
  for (const words of [
    ['code', 'one', '--print-url'],
    ['host', 'code', 'show', 'local'],
  ]) {
    const { code, stdout, stderr } = await sandbox.berth(words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const [first = '', hint] = stderr.split('\n');
    expect(first).toMatch(/^berth: code-server does not run on this host \(\/\S+\/bin\/code-server\): /);
    expect(first).toMatch(why);
    expect(hint).toBe('  hint: bring it anew: berth host code install local');
  }
});
