import { readdirSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import { expect, test } from 'vitest';
import type { Context } from '../context.ts';
import { KNOWN_CREDENTIALS } from '../placement/credentials.ts';
import { createConsole } from '../render/console.ts';
import { offerCredentials } from './credentials.ts';

const CANARY = 'canary-7f3a';
const presets = [
  { name: 'shell', available: true, credentials: [] },
  { name: 'gone', available: false, credentials: ['GONE_KEY'] },
  { name: 'tool', available: true, credentials: ['TOOL_KEY', 'TOOL_TOKEN'] },
  { name: 'shipped', available: true, credentials: ['OPENAI_API_KEY', 'AWS_SECRET_ACCESS_KEY'] },
  { name: 'other', available: true, credentials: ['OTHER_KEY'] },
] as unknown as HostSnapshot['presets'];

interface Case {
  readonly credentials?: string;
  readonly preset?: string;
  readonly passed?: Record<string, string>;
  readonly env?: NodeJS.ProcessEnv;
  /** What a person answers; absent: a script. */
  readonly answer?: string;
  readonly json?: boolean;
}

async function offered({
  credentials = 'ask',
  preset = 'tool',
  passed = {},
  env,
  answer,
  json = false,
}: Case) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  if (answer !== undefined) {
    Object.assign(stdin, { isTTY: true });
    Object.assign(stderr, { isTTY: true });
    stdin.end(`${answer}\n`);
  }
  const console = createConsole({ stdin: () => stdin, stdout, stderr, env: {}, noColor: true, json });
  const here = env ?? { TOOL_KEY: CANARY, OTHER_KEY: CANARY };
  const context = { console, env: here, settings: { credentials } } as unknown as Context;
  const sent = await offerCredentials({ preset, host: { presets }, hostName: 'dev2', passed }, context);
  const said = `${stdout.read() ?? ''}${stderr.read() ?? ''}`;
  expect(said).not.toContain(CANARY);
  return { sent, said };
}

test.each<[string, Case, Record<string, string>, string]>([
  [
    'a yes',
    { answer: 'y' },
    { TOOL_KEY: CANARY },
    'tool on dev2 takes TOOL_KEY; send yours for this session? [y/N] ',
  ],
  ['anything else', { answer: '' }, {}, 'tool on dev2 takes TOOL_KEY; send yours for this session? [y/N] '],
  [
    'the first tool of the host',
    { preset: '', answer: 'y' },
    { TOOL_KEY: CANARY },
    'tool on dev2 takes TOOL_KEY; send yours for this session? [y/N] ',
  ],
  ['a script', {}, {}, 'berth: tool on dev2 gets no credentials from here; to send them: --env TOOL_KEY\n'],
  ['JSON', { json: true }, {}, ''],
  [
    'the setting send',
    { credentials: 'send', preset: 'shipped', env: { OPENAI_API_KEY: CANARY } },
    { OPENAI_API_KEY: CANARY },
    '',
  ],
  [
    'the setting send, for what a host alone calls credentials',
    {
      credentials: 'send',
      preset: 'shipped',
      env: { OPENAI_API_KEY: CANARY, AWS_SECRET_ACCESS_KEY: CANARY },
    },
    {},
    'berth: shipped on dev2 gets no credentials from here; to send them: --env OPENAI_API_KEY --env AWS_SECRET_ACCESS_KEY\n',
  ],
  ['the setting never', { credentials: 'never', answer: 'y' }, {}, ''],
  ['one that is passed', { passed: { TOOL_TOKEN: 'x' }, answer: 'y' }, {}, ''],
  ['none here', { env: { TOOL_KEY: '' }, answer: 'y' }, {}, ''],
  ['a preset without', { preset: 'shell', answer: 'y' }, {}, ''],
  ['a preset nobody knows', { preset: 'nope', answer: 'y' }, {}, ''],
])('after %s', async (_what, given, sent, said) => expect(await offered(given)).toEqual({ sent, said }));

test('all that are set here go together', async () => {
  const env = { TOOL_TOKEN: CANARY, TOOL_KEY: CANARY };
  const { sent, said } = await offered({ env, answer: 'yes' });
  expect(Object.keys(sent)).toEqual(['TOOL_KEY', 'TOOL_TOKEN']);
  expect(said).toContain('takes TOOL_KEY, TOOL_TOKEN; send yours');
});

test('what is sent unasked is what the shipped presets take', () => {
  const directory = new URL('../../../agent/presets/', import.meta.url);
  const files = readdirSync(directory).map((name) => readFileSync(new URL(name, directory), 'utf8'));
  const lists = files.map((text) => /^credentials: \[(.*)\]$/m.exec(text)?.[1] ?? '');
  const names = lists.flatMap((list) => list.split(', ')).filter(Boolean);
  expect([...new Set(names)].sort()).toEqual([...KNOWN_CREDENTIALS].sort());
});
