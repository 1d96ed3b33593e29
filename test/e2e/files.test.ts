/** What the agent tells of files that others write: workspaces, artifacts, reports of others' tools. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Fact, HostEvent } from '@berth/shared/domain/event';
import { Event as WireEvent } from '@berth/shared/gen/berth/v1/event';
import { SessionServiceClient } from '@berth/shared/gen/berth/v1/session';
import { decodeEvent } from '@berth/shared/wire/event';
import { decodeDetails, decodeExternal } from '@berth/shared/wire/session-details';
import { credentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { EventWatcher } from '../support/event-watcher.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let agent: TestAgent;
let events: EventWatcher;

beforeEach(async () => {
  sandbox = createSandbox();
  agent = await sandbox.startAgent({ env: { TMUX_TMPDIR: sandbox.dir } });
  events = new EventWatcher(async () => agent.socket);
});
afterEach(async () => {
  await events?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

type Of<T extends Fact['type']> = Extract<Fact, { type: T }>;

function told<T extends Fact['type']>(type: T): (Of<T> & Pick<HostEvent, 'number' | 'sessionId'>)[] {
  return events.seen.flatMap(({ text }) => {
    const event = decodeEvent(WireEvent.decode(Buffer.from(text, 'base64')));
    if (event.fact?.type !== type) return [];
    return { ...(event.fact as Of<T>), number: event.number, sessionId: event.sessionId };
  });
}

function write(file: string, text = ''): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function call<T>(work: (client: SessionServiceClient) => Promise<T>): Promise<T> {
  const client = new SessionServiceClient(`unix:${agent.socket}`, credentials.createInsecure());
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

const detailsOf = (session: string) =>
  call(
    (client) =>
      new Promise<ReturnType<typeof decodeDetails>>((resolve, reject) => {
        client.get({ session, withDetails: true }, (error, answer) =>
          error || !answer.details
            ? reject(error ?? new Error('no details'))
            : resolve(decodeDetails(answer.details)),
        );
      }),
  );
const externals = () =>
  call(
    (client) =>
      new Promise<ReturnType<typeof decodeExternal>[]>((resolve, reject) => {
        client.list({ statuses: [] }, (error, answer) =>
          error ? reject(error) : resolve(answer.external.map(decodeExternal)),
        );
      }),
  );

/** A session that does nothing until it is told to end. */
async function session() {
  const id = await startedId(sandbox, [
    'start',
    '--json',
    '--',
    'sh',
    '-c',
    'until [ -e "$BERTH_STATUS_DIR/../workspace/end" ]; do sleep 0.1; done',
  ]);
  const directory = join(sandbox.stateDir, 'sessions', id);
  const followed = async () => (await watching()).directories >= 3;
  await until(followed, { what: 'the session is watched' });
  return { id, workspace: join(directory, 'workspace'), output: join(directory, 'output') };
}

const watching = async () =>
  (
    await sandbox.json<{ watching: { directories: number; polledDirectories: number; overflows: number } }>([
      'host',
      'show',
      'local',
    ])
  ).watching;

it('tells which folders of a workspace change, without what git ignores, and seldom', async () => {
  const { id, workspace } = await session();
  write(join(workspace, '.gitignore'), 'dist/\n');
  write(join(workspace, 'src/deep/a.ts'));
  write(join(workspace, 'src/deep/b.ts'));
  write(join(workspace, 'dist/a.js'));
  write(join(workspace, 'node_modules/x/index.js'));
  write(join(workspace, '.git/HEAD'));
  const first = await until(() => told('filesChanged')[0], {
    what: 'the activity is told',
  });
  expect(first).toMatchObject({ sessionId: id, folders: ['src', '.'], files: 3, incomplete: false });
  // What comes within half a minute is told later, together, or by an agent that starts anew: not at all.
  write(join(workspace, 'docs/x.md'));
  await agent.restart();
  // The session itself, its output and status, and the workspace with three folders.
  await until(async () => (await watching()).directories === 7, { what: 'the next agent watches' });
  write(join(workspace, 'lib/y.ts'));
  const second = await until(() => told('filesChanged')[1], { what: 'the next agent tells' });
  expect(second).toMatchObject({ sessionId: id, folders: ['lib'], files: 1 });
});

it('tells each artifact once, whole, also what was made while no agent ran', async () => {
  const { id, output, workspace } = await session();
  const seen = () =>
    told('artifactChanged').map(({ artifact, removed }) => [artifact.path, artifact.bytes, removed]);
  write(join(output, 'report.txt'), 'part ');
  write(join(output, 'plots/a.svg'), '<svg/>');
  appendFileSync(join(output, 'report.txt'), 'and whole');
  await until(() => seen().length === 2, { what: 'both are told' });
  expect(seen().sort()).toEqual([
    ['plots/a.svg', 6, false],
    ['report.txt', 14, false],
  ]);
  // One that dies before it has written that down tells it once more.
  const kept = join(dirname(output), 'artifacts.json');
  await until(() => existsSync(kept) && /report\.txt/.test(readFileSync(kept, 'utf8')), {
    what: 'it is written down',
  });
  await agent.kill9();
  rmSync(join(output, 'plots/a.svg'));
  write(join(output, 'made-meanwhile'), 'x');
  await agent.restart();
  await until(() => seen().length === 4, { what: 'what happened meanwhile is told' });
  expect(seen().slice(2).sort()).toEqual([
    ['made-meanwhile', 1, false],
    ['plots/a.svg', 6, true],
  ]);
  const { artifacts, outputDirectory, tmuxSocket } = await detailsOf(id);
  expect(outputDirectory).toBe(output);
  expect(existsSync(tmuxSocket)).toBe(true);
  expect(artifacts.map(({ path }) => path)).toEqual(['made-meanwhile', 'report.txt']);
  // What a session leaves as its last act is told, too.
  write(join(output, 'last'), 'done');
  write(join(workspace, 'end'));
  await until(() => seen().length === 5, { what: 'the last artifact is told' });
  expect(seen()[4]).toEqual(['last', 4, false]);
  await until(async () => (await watching()).directories <= 1, { what: 'the watches end with the session' });
  // As if the agent had died before it could look.
  await agent.kill9();
  write(join(output, 'very-last'), 'done');
  await agent.restart();
  await until(() => seen().length === 6, { what: 'the next agent tells it' });
  expect(seen()[5]).toEqual(['very-last', 4, false]);
});

it('tells the state of the repository, and runs nothing that it configures', async () => {
  const { id, workspace } = await session();
  expect((await detailsOf(id)).git).toBeNull();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: workspace,
      env: sandbox.env,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  git('init', '--initial-branch', 'main');
  expect((await detailsOf(id)).git).toMatchObject({
    branch: 'main',
    commit: '',
    dirtyFiles: 0,
    upstream: '',
  });
  write(join(workspace, 'a'), 'one');
  const { stdout } = await sandbox.berth(['show', id]);
  expect(stdout).toMatch(/^git +main without a commit; 1 file changed$/m);
  git('add', '.');
  git('commit', '-m', 'one');
  git('branch', 'base');
  git('checkout', '-b', 'work', '--track', 'base');
  write(join(workspace, 'b'), 'two');
  git('add', '.');
  git('commit', '-m', 'two');
  write(join(workspace, 'a'), 'changed');
  write(join(workspace, 'new/untracked'));

  const [ran, trap] = [join(sandbox.dir, 'ran'), join(sandbox.dir, 'trap')];
  writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >>${ran}\ncat\n`);
  chmodSync(trap, 0o755);
  write(join(workspace, '.gitattributes'), '* filter=trap\n');
  for (const name of ['core.fsmonitor', 'filter.trap.clean', 'filter.trap.smudge', 'filter.odd.name.process'])
    git('config', name, trap);
  git('config', 'core.hooksPath', sandbox.dir);
  git('config', 'filter.trap.required', 'true');
  // Of the same length: only its contents tell that it changed, and those go through the filter.
  write(join(workspace, 'b'), 'TWO');

  const { git: state } = await detailsOf(id);
  expect(state).toMatchObject({ branch: 'work', upstream: 'base', ahead: 1, behind: 0, dirtyFiles: 4 });
  expect(state?.commit).toBe(git('rev-parse', 'HEAD').trim());
  expect(existsSync(ran)).toBe(false);
  git('status');
  // The trap was a trap.
  expect(existsSync(ran)).toBe(true);
});

it('shows sessions that tools of others report on, each change once, also over restarts', async () => {
  const directory = join(sandbox.home, '.claude-sessions');
  const report = (name: string, fields: object) =>
    write(
      join(directory, `${name}.json`),
      JSON.stringify({ tmux_session: name, timestamp: Date.now() / 1000, ...fields }),
    );
  const seen = () =>
    told('externalChanged').map(({ session, gone }) => [session.name, gone ? 'gone' : session.status]);
  const tmux = (...args: string[]) =>
    execFileSync('tmux', args, { env: { ...sandbox.env, TMUX_TMPDIR: sandbox.dir }, stdio: 'pipe' });
  tmux('new-session', '-d', '-s', 'dev', 'sleep 1000');
  expect(await externals()).toEqual([]);

  report('dev', { status: 'permission', message: 'Run Bash?', cwd: '/src' });
  write(join(directory, 'broken.json'), '{"status":');
  write(join(directory, 'odd.json'), '["not", "a", "report"]');
  await until(() => seen().length === 1, { what: 'the report is told' });
  const [session] = await externals();
  expect(session).toMatchObject({
    name: 'dev',
    status: 'permission',
    directory: '/src',
    live: true,
    attention: { kind: 'permission', line: 'Run Bash?', event: told('externalChanged')[0]?.number },
  });
  const warned = () =>
    agent.logEntries.filter(({ msg }) => /left out/.test(String(msg))).map(({ msg }) => msg);
  await until(() => warned().length === 2, { what: 'each malformed file is warned of' });

  await agent.kill9();
  report('other', { status: 'done', message: 'All green' });
  await agent.restart();
  await until(() => seen().length === 2, { what: 'the news of meanwhile are told' });
  report('dev', { status: 'working' });
  await until(() => seen().length === 3, { what: 'the refusal is told' });
  write(join(directory, 'broken.json'), JSON.stringify({ status: 'waiting', timestamp: Date.now() / 1000 }));
  await until(() => seen().length === 4, { what: 'what is whole now is told' });
  rmSync(join(directory, 'other.json'));
  await until(() => seen().length === 5, { what: 'the end is told' });
  expect(seen()).toEqual([
    ['dev', 'permission'],
    ['other', 'done'],
    ['dev', 'working'],
    ['broken', 'waiting'],
    ['other', 'gone'],
  ]);
  tmux('kill-server');
  const shown = (await externals()).map(({ name, live }) => [name, live]);
  expect(shown).toEqual([
    ['broken', false],
    ['dev', false],
  ]);
});

it('takes them from where it is told to', async () => {
  write(
    join(sandbox.home, 'reports', 'dev.json'),
    JSON.stringify({ status: 'waiting', timestamp: Date.now() / 1000 }),
  );
  const other = await sandbox.startAgent({ name: 'other', flags: ['--external-sessions', '~/reports'] });
  agent = other;
  expect(await externals()).toMatchObject([{ name: 'dev', attention: { kind: 'input' } }]);
});
