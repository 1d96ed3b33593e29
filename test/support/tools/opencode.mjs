#!/usr/bin/env node
/** opencode's stand-in: loads the plugins of its config and of its user, and hands them its events. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { asked, noteArguments, typed } from './stand-in.mjs';

const argv = noteArguments();
const { plugin = [] } = JSON.parse(process.env.OPENCODE_CONFIG_CONTENT ?? '{}');
const config = join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'opencode');
const files = [...plugin, join(config, 'plugins/berth.js')].filter((file) => existsSync(file));
const hooks = [];
for (const file of files) {
  for (const make of Object.values(await import(file))) hooks.push(await make({ directory: process.cwd() }));
}
const tell = async (type, properties) => {
  for (const hook of hooks) await hook.event?.({ event: { id: 'evt_1', type, properties } });
};
const session = { sessionID: 'ses_1' };

await tell('session.status', { ...session, status: { type: 'busy' } });
if (!argv.includes('run')) {
  const permission = { id: 'per_1', permission: 'bash', patterns: ['git push *'], metadata: {} };
  await tell('permission.asked', { ...session, ...permission });
  await asked('△ Permission required');
  await tell('permission.replied', { ...session, requestID: 'per_1', reply: 'once' });
}
for (const hook of hooks) await hook['tool.execute.after']?.({ tool: 'bash', ...session, callID: 'c1' }, {});
const info = {
  id: 'msg_1',
  role: 'assistant',
  tokens: { input: 3, output: 2 },
  time: { created: 1, completed: 2 },
};
await tell('message.updated', { ...session, info });
await tell('message.updated', { ...session, info });
await tell('file.edited', { file: 'x' });
// A helper of its own comes and goes.
await tell('session.created', { info: { id: 'ses_2', parentID: 'ses_1' } });
await tell('session.status', { sessionID: 'ses_2', status: { type: 'busy' } });
await tell('session.idle', { sessionID: 'ses_2' });
// Idle is told after an error, too.
if (argv.at(-1) === 'fail')
  await tell('session.error', { ...session, error: { name: 'APIError', data: { message: '401' } } });
console.log('Hello.');
await tell('session.status', { ...session, status: { type: 'idle' } });
await tell('session.idle', session);
if (!argv.includes('run')) await typed();
