/** Editors of sessions: the real client, agent and code-server, reached as a proxy of the client does. */
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { giveCodeServer } from '../support/code-server.ts';
import { dialEditor, editorPage } from '../support/editor-calls.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;
let agent: TestAgent;

beforeAll(async () => {
  sandbox = createSandbox();
  giveCodeServer(sandbox);
  agent = await sandbox.startAgent({ flags: ['--memory-capacity', '4G'] });
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const start = (name: string, script = 'sleep 10000') =>
  startedId(sandbox, ['start', '--json', '--name', name, '--', 'bash', '-c', script]);

interface Told {
  readonly editor: { state: string; detail: string; connections: number; directory: string; version: string };
}
const open = async (name: string, ...flags: string[]) => {
  await using running = sandbox.spawnBerth(['code', name, '--print-url', ...flags]);
  return (await running.waitForText(/http:\S+/))[0];
};

it('opens, serves the workspace, and is stopped', async () => {
  const id = await start('plain', 'echo hello >made.txt; sleep 10000');
  console.log(await sandbox.berth(['code', 'plain', '--json']));
  const page = await editorPage(agent.socket, id, '/');
  console.log(page);
});
