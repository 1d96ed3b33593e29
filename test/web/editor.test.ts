/** Editors of sessions: the real agent and code-server, reached as a proxy of the client does. */

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { CODE_SERVER, CODE_SERVER_MS, giveCodeServer } from '../support/code-server.ts';
import { dialEditor, editorCalls, editorPage, listPorts } from '../support/editor-calls.ts';
import { run } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { giveStandInEditor } from '../support/stand-in-editor.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let agent: TestAgent;
let editors: ReturnType<typeof editorCalls>;

beforeAll(async () => {
  sandbox = createSandbox();
  await giveCodeServer(sandbox);
  agent = await sandbox.startAgent({ flags: ['--memory-capacity', '4G'] });
  editors = editorCalls(agent.socket);
}, CODE_SERVER_MS);
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const start = (name: string, { script = 'sleep 10000', flags = [] as string[] } = {}) =>
  startedId(sandbox, ['start', '--json', '--name', name, ...flags, '--', 'bash', '-c', script]);
const gone = (session: string) =>
  until(async () => (await editors.get(session)).state === 'stopped', {
    what: `the editor of ${session} is gone`,
    deadlineMs: 30_000,
  });

/** Processes of a session's editor, by its socket among their arguments. */
function processesOf(session: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`/e/${session}/s\0`);
    } catch {
      return false;
    }
  });
}
/** `example.hello` 1.2.3 as marketplaces hand it out: a zip. */
function makeExtension(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const manifest = { name: 'hello', publisher: 'example', version: '1.2.3', engines: { vscode: '*' } };
  const make =
    'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").writestr("extension/package.json", sys.argv[2])';
  execFileSync('python3', [
    '-c',
    make,
    join(directory, 'example.hello-1.2.3.vsix'),
    JSON.stringify(manifest),
  ]);
}

const socketOf = (session: string) => join(sandbox.runtimeDir, 'e', session, 's');
const editorFile = (session: string, file: string) =>
  join(sandbox.stateDir, 'sessions', session, 'editor', file);

it('opens on the workspace, serves its page, and is ended', async () => {
  const id = await start('plain', { script: 'echo hello >made.txt; sleep 10000' });
  const opened = await editors.open({ session: 'plain' });
  expect(opened).toMatchObject({ state: 'ready', program: 'code-server', connections: 0, detail: '' });
  expect(readFileSync(join(opened.directory, 'made.txt'), 'utf8')).toBe('hello\n');
  const first = await editorPage(agent.socket, id, '/');
  expect(first).toMatchObject({ status: 302, location: `./?folder=${opened.directory}` });
  const page = await editorPage(agent.socket, id, `/?folder=${opened.directory}`);
  expect(page.status).toBe(200);
  expect(page.body).toContain('workbench');
  // Nobody else may come in, and no configuration with a password was left in the user's home.
  expect(statSync(socketOf(id)).mode & 0o777).toBe(0o600);
  expect(existsSync(join(sandbox.home, '.config/code-server'))).toBe(false);
  // Again: the same one.
  expect((await editors.open({ session: id })).startedAt).toBe(opened.startedAt);
  expect(await editors.stop(id)).toMatchObject({ state: 'stopped' });
  expect(processesOf(id)).toEqual([]);
  await expect(dialEditor(agent.socket, id)).rejects.toMatchObject({ reason: 'EDITOR_NOT_RUNNING' });
});

it('has the variables of the session, and none of them in its arguments', async () => {
  const id = await start('secret', { flags: ['--env', 'TOKEN=se cret\nline'] });
  await editors.open({ session: id });
  const pids = processesOf(id);
  const environments = pids.map((pid) => readFileSync(`/proc/${pid}/environ`, 'utf8'));
  expect(environments.some((text) => text.includes('\0TOKEN=se cret\nline\0'))).toBe(true);
  for (const pid of pids) expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('se cret');
});

it('two sessions have one each, which know nothing of each other', async () => {
  const ids = [await start('left'), await start('right')] as const;
  const both = await Promise.all(ids.map((session) => editors.open({ session })));
  expect(both.map(({ state }) => state)).toEqual(['ready', 'ready']);
  expect(both[0]?.directory).not.toBe(both[1]?.directory);
  await editors.stop(ids[0]);
  expect((await editorPage(agent.socket, ids[1], '/healthz')).status).toBe(200);
});

it('is seeded from the profile once, and keeps what the user made of it', async () => {
  const id = await start('seeded');
  const profile = { settings: '{ "editor.fontSize": 17 }', keybindings: '[]' };
  await editors.open({ session: id, profile });
  const settings = editorFile(id, 'data/User/settings.json');
  expect(readFileSync(settings, 'utf8')).toBe('{ "editor.fontSize": 17 }');
  writeFileSync(settings, '{}');
  await editors.stop(id);
  await editors.open({ session: id, profile });
  expect(readFileSync(settings, 'utf8')).toBe('{}');
});

it('extensions of the profile are brought once, and each session has them as its own', async () => {
  const packages = join(sandbox.home, '.local/share/berth/code-server/extensions');
  makeExtension(packages);
  const ids = [await start('extended'), await start('extended-too')] as const;
  const profile = { extensions: ['Example.Hello', 'example.missing'] };
  const opened = await Promise.all(ids.map((session) => editors.open({ session, profile })));
  // What cannot be had (there is no network here) keeps nobody from working.
  for (const { state, detail } of opened)
    expect({ state, detail }).toEqual({
      state: 'ready',
      detail: expect.stringMatching(/^extension example\.missing could not be installed: \S/),
    });
  const manifests = ids.map((id) =>
    realpathSync(editorFile(id, 'extensions/example.hello-1.2.3/package.json')),
  );
  expect(manifests[0]).toBe(manifests[1]);
  expect(statSync(manifests[0] ?? '').mode & 0o222).toBe(0);
  const { code } = await sandbox.json<{ code: object }>(['host', 'code', 'show', 'local']);
  expect(code).toMatchObject({ program: 'code-server', extensions: ['example.hello@1.2.3'] });
  // What code-server itself makes of it.
  const own = [
    '--extensions-dir',
    editorFile(ids[0], 'extensions'),
    '--user-data-dir',
    editorFile(ids[0], 'data'),
  ];
  const argv = [join(CODE_SERVER, 'bin/node'), realpathSync(join(CODE_SERVER, 'bin/code-server')), ...own];
  const listed = await run([...argv, '--list-extensions', '--show-versions'], {
    env: { ...sandbox.env, CODE_SERVER_CONFIG: '/dev/null' },
  });
  expect(listed.stdout).toMatch(/^example\.hello@1\.2\.3$/m);
});

it('ends when nobody was connected for as long as was asked for, and not before', async () => {
  const id = await start('idle');
  await editors.open({ session: id, idleTimeout: { seconds: 1n, nanos: 0 } });
  const connection = await dialEditor(agent.socket, id);
  expect(await editors.get(id)).toMatchObject({ state: 'ready', connections: 1, idleSince: null });
  connection.destroy();
  await gone(id);
  expect(processesOf(id)).toEqual([]);
});

it('ends with its session, and not with the agent', async () => {
  const id = await start('outlives');
  const { startedAt } = await editors.open({ session: id });
  await agent.kill9();
  await agent.restart();
  expect(await editors.get(id)).toMatchObject({ state: 'ready', startedAt });
  expect((await editorPage(agent.socket, id, '/healthz')).status).toBe(200);
  await sandbox.berth(['kill', id, '--grace', '0s']);
  await gone(id);
  await until(() => processesOf(id).length === 0, { what: 'all of the editor is gone' });
  expect(existsSync(socketOf(id))).toBe(false);
  await expect(editors.open({ session: id })).rejects.toMatchObject({ reason: 'SESSION_ENDED' });
});

it('stands still with its session, and goes on with it', async () => {
  const id = await start('suspended');
  await editors.open({ session: id, idleTimeout: { seconds: 1n, nanos: 0 } });
  const connection = await dialEditor(agent.socket, id);
  await sandbox.berth(['suspend', id]);
  connection.destroy();
  await expect(dialEditor(agent.socket, id)).rejects.toMatchObject({ reason: 'SESSION_NOT_RUNNING' });
  await expect(editors.open({ session: id })).rejects.toMatchObject({ reason: 'SESSION_NOT_RUNNING' });
  expect(
    processesOf(id).map((pid) => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
  ).toContain('T');
  expect((await editors.get(id)).state).toBe('ready');
  await sandbox.berth(['resume', id]);
  expect((await editorPage(agent.socket, id, '/healthz')).status).toBe(200);
  await gone(id);
});

it('a crash is noticed and told, and the next one opens', async () => {
  const id = await start('crashes');
  await editors.open({ session: id });
  for (const pid of processesOf(id)) process.kill(pid, 'SIGKILL');
  await gone(id);
  expect((await editors.get(id)).detail).toMatch(/^code-server ended by itself/);
  expect((await editors.open({ session: id })).state).toBe('ready');
});

it("what its processes listen on is the session's", async () => {
  await using own = createSandbox();
  const listening = join(own.dir, 'port');
  giveStandInEditor(
    own,
    `const http = require('node:http');
    http.createServer((_, answer) => answer.end()).listen(process.argv[process.argv.indexOf('--socket') + 1]);
    const tcp = http.createServer().listen(0, '127.0.0.1', () => {
      require('node:fs').writeFileSync(${JSON.stringify(listening)}, String(tcp.address().port));
    });`,
  );
  const { socket } = await own.startAgent();
  const id = await startedId(own, ['start', '--json', '--', 'sleep', '1000']);
  await editorCalls(socket).open({ session: id });
  const port = await until(() => Number(readFileSync(listening, 'utf8')), { what: 'it listens' });
  expect((await listPorts(socket, id)).map((one) => one.port)).toContain(port);
});

it('berth code lets in who has the link, once, and nobody else', async () => {
  const id = await start('paged', { script: 'echo hello >made.txt; sleep 10000' });
  await using running = sandbox.spawnBerth(['code', 'paged', '--print-url', '--json']);
  await running.waitForText(/"url":/);
  const { editor } = JSON.parse(running.stdout) as {
    editor: { url: string; session_id: string; state: string };
  };
  expect(editor).toMatchObject({ session_id: id, state: 'ready' });
  const { host, port, pathname, search } = new URL(editor.url);
  const ask = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, headers: { host, ...headers } }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      });
      asked.on('error', reject).end();
    });
  expect((await ask('/')).status).toBe(401);
  expect((await ask(pathname + search, { host: `localhost:${port}` })).status).toBe(403);
  const entered = await ask(pathname + search);
  expect(entered.status).toBe(302);
  const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const page = await ask(entered.headers.location ?? '', { cookie });
  expect({ status: page.status, isIt: page.body.includes('workbench') }).toEqual({ status: 200, isIt: true });
  expect((await ask(pathname + search)).status).toBe(403);
  expect((await ask('/', { cookie: cookie.slice(0, -1) })).status).toBe(401);
  running.kill('SIGINT');
  expect((await running.finished).code).toBe(130);
  expect((await editors.get(id)).state).toBe('ready');
});

it('one that dies as it starts says why', async () => {
  await using own = createSandbox();
  giveStandInEditor(own, "console.error('Error: no such thing'); process.exit(3);");
  await own.startAgent();
  await startedId(own, ['start', '--json', '--name', 'one', '--', 'sleep', '1000']);
  const { code, stderr } = await own.berth(['code', 'one', '--print-url']);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(
      /^berth: code-server 1\.0\.0 did not start: Error: no such thing\n {2}hint: /,
    ),
  });
});

it('openvscode-server does where that is what the host has', async () => {
  await using own = createSandbox();
  const bin = join(own.home, 'bin');
  mkdirSync(bin);
  // The same server, by its own words: code-server is a front of it.
  const server = join(CODE_SERVER, 'lib/node_modules/code-server/lib/vscode/out/server-main.js');
  const wrapper = `#!/bin/sh\nexec ${join(CODE_SERVER, 'bin/node')} ${server} "$@"\n`;
  writeFileSync(join(bin, 'openvscode-server'), wrapper, { mode: 0o755 });
  writeFileSync(join(own.home, '.profile'), 'PATH="$HOME/bin:$PATH"\n');
  const { socket } = await own.startAgent();
  const id = await startedId(own, ['start', '--json', '--', 'sleep', '1000']);
  const opened = await editorCalls(socket).open({ session: id });
  expect(opened).toMatchObject({ state: 'ready', program: 'openvscode-server' });
  expect(opened.version).toMatch(/^\d+\.\d+\.\d+$/);
  const page = await editorPage(socket, id, `/?folder=${opened.directory}`);
  expect({ status: page.status, isIt: page.body.includes('workbench') }).toEqual({ status: 200, isIt: true });
  expect(statSync(join(own.runtimeDir, 'e', id, 's')).mode & 0o077).toBe(0);
});

it('a host without one says how to get one', async () => {
  await using own = createSandbox();
  await own.startAgent();
  await startedId(own, ['start', '--json', '--name', 'one', '--', 'sleep', '1000']);
  const { code, stderr } = await own.berth(['code', 'one', '--print-url']);
  expect(code).toBe(4);
  expect(stderr).toMatch(
    /neither code-server nor openvscode-server is on its host\n {2}hint: .*berth host code install local\n/,
  );
});
