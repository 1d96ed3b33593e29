/** Commands against a fake agent. */
import { PassThrough } from 'node:stream';
import { BerthError } from '@berth/shared/domain/berth-error';
import { BARE_SESSION } from '@berth/shared/domain/session-snapshot';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { Context } from '../context.ts';
import { readResuming } from '../fleet/follow.ts';
import { resolveSession } from '../fleet/resolve.ts';
import { createConsole } from '../render/console.ts';
import type { HostClient } from '../rpc/host-client.ts';
import type { AnyCommand } from './command.ts';
import { kill } from './kill.ts';
import { list } from './list.ts';
import { parseArguments } from './parse.ts';
import { start } from './start.ts';

const ID = 'sess-20261120-083022-a1b2c3';
const session = (over: object = {}) =>
  ({
    ...BARE_SESSION,
    id: ID,
    name: 'work',
    state: 'running',
    prompt: 'do it',
    preset: 'shell',
    tags: { a: 'b' },
    memoryBytes: 2 ** 30,
    createdAt: Date.now(),
    enforcement: 'advisory',
    ...over,
  }) as Awaited<ReturnType<HostClient['getSession']>>;

const listing =
  (...sessions: ReturnType<typeof session>[]) =>
  async () => ({ sessions, external: [], asOf: 0 });

async function run(command: AnyCommand, argv: string[], client: Partial<HostClient>) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const console = createConsole({
    stdin: () => new PassThrough(),
    stdout,
    stderr,
    env: {},
    noColor: false,
    json: argv.includes('--json'),
  });
  const context = {
    settings: {},
    // Nothing is kept: no directory can be made there.
    paths: { cacheDir: '/dev/null/cache' },
    console,
    env: { HERE: 'value' },
    hosts: async () => [{ name: 'local' }, { name: 'dead' }],
    connect: async (host: { name: string }) => {
      if (host.name === 'dead') throw new BerthError('HOST_UNREACHABLE', 'cannot reach dead: no route');
      return client;
    },
  } as unknown as Context;
  const flags = { ...command.flags, json: { type: 'boolean', describe: '' } as const };
  const code = await command.run(parseArguments(argv, flags, 'x'), context);
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

test('list shows the id first and names the host that did not answer', async () => {
  const { code, out, err } = await run(list, ['--status', 'running'], {
    listAll: listing(session()),
  });
  expect(code).toBe(0);
  expect(out.split('\n')[1]).toMatch(new RegExp(`^${ID} +local +running`));
  expect(err).toBe('berth: host dead: unreachable: cannot reach dead: no route\n');
});

test('list filters by tag and prints ids', async () => {
  const client = { listAll: listing(session()) };
  expect((await run(list, ['--tag', 'a=b', '--format', 'ids'], client)).out).toBe(`${ID}\n`);
  expect((await run(list, ['--tag', 'a=c', '--format', 'ids'], client)).out).toBe('');
});

test('list leaves out what ended more than a day ago, unless it is asked for all', async () => {
  const old = session({ state: 'completed', endedAt: Date.now() - 2 * 86_400_000, exitCode: 0 });
  const client = { listAll: listing(old) };
  expect((await run(list, ['--format', 'ids'], client)).out).toBe('');
  expect((await run(list, ['--format', 'ids', '--all'], client)).out).toBe(`${ID}\n`);
});

test('JSON and YAML cannot act on a terminal, and read back as what they were', async () => {
  const evil = '\u001b]0;owned\u0007\u009b2J\u202eevil\u2028\u007f';
  const client = {
    listAll: listing(session({ prompt: evil, tags: { [evil]: 'x' } })),
    getHost: async () =>
      ({ hostname: evil, presets: [] }) as unknown as Awaited<ReturnType<HostClient['getHost']>>,
  };
  for (const [argv, read] of [
    [['--json'], (text: string) => JSON.parse(text)],
    [['--format', 'json'], (text: string) => JSON.parse(text)],
    [['--format', 'yaml'], (text: string) => parseYaml(text)],
  ] as const) {
    const { out } = await run(list, [...argv], client);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
    const rows = read(out);
    expect(rows.sessions ?? rows).toMatchObject([{ prompt: evil, hostname: evil, tags: { [evil]: 'x' } }]);
  }
});

test('a number below zero is a value, and not a flag', () => {
  const { flags } = parseArguments(['--memory', '-5G', '-n', '-1'], start.flags, 'start');
  expect(flags).toMatchObject({ memory: '-5G', name: '-1' });
  expect(parseArguments(['--', 'head', '-n', '-1'], start.flags, 'start').rest).toEqual(['head', '-n', '-1']);
});

test.each(['--follow', '-f'])('a prompt after %s is a prompt, also if it is the word true', (flag) => {
  const args = parseArguments([flag, 'true', '--queue', 'false'], start.flags, 'start');
  expect(args).toMatchObject({ flags: { follow: true, queue: true }, words: ['true', 'false'] });
});

test('start passes what its flags say, and one failure spares the others', async () => {
  const seen: unknown[] = [];
  const client = {
    start: async (request: Parameters<HostClient['start']>[0]) => {
      seen.push(request);
      if (request.prompt === 'two') throw new BerthError('SLOT_EXHAUSTED', 'no slot');
      return session({ prompt: request.prompt });
    },
  };
  const argv = [
    'one',
    'two',
    '--host',
    'local',
    '--no-repo',
    '--memory',
    '8G',
    '--env',
    'HERE',
    '--env',
    'X=1=2',
    '--tag',
    'k=v',
    '--timeout',
    '2m',
  ];
  const { code, out, err } = await run(start, argv, client);
  expect(seen[0]).toMatchObject({
    memoryBytes: 8 * 2 ** 30,
    env: { HERE: 'value', X: '1=2' },
    tags: { k: 'v' },
    timeoutMs: 120_000,
  });
  expect(code).toBe(5);
  expect(out).toContain(`[1/2] ${ID}`);
  expect(err).toContain('no slot');
});

test('kill of a finished session succeeds and says it had ended', async () => {
  const ended = session({ state: 'completed', exitCode: 0 });
  const client = {
    listAll: listing(ended),
    kill: async () => ({ session: ended, alreadyEnded: true, signals: [] }),
  };
  const { code, out } = await run(kill, ['work'], client);
  expect([code, out]).toEqual([0, `${ID} had ended: session work completed (exit 0)\n`]);
});

test('a session not found names the hosts that could not be asked', () => {
  const host = { name: 'h' } as never;
  const error = new BerthError('HOST_UNREACHABLE', 'gone');
  const silent = { ok: false, host: { name: 'dead' } as never, error, latencyMs: 1 } as const;
  const there = {
    ok: true,
    host,
    value: { sessions: [session(), session({ id: 'sess-2', name: '' })], external: [], host: null },
    latencyMs: 1,
  } as const;
  expect(() => resolveSession('nope', [there, silent])).toThrow(/could not be asked: dead/);
  expect(() => resolveSession('sess-2', [there])).not.toThrow();
  expect(() => resolveSession('sess-', [there])).toThrow(/cannot tell which/);
});

test('a follower resumes at its offset and sees each byte once', async () => {
  const all = Buffer.from('0123456789');
  let calls = 0;
  const client = {
    async *readOutput({ offset }: { offset: number }) {
      const end = calls++ === 0 ? 4 : 10;
      // The second answer overlaps, as an agent's may.
      const from = Math.max(0, offset - 1);
      yield { offset: from, data: all.subarray(from, end), truncatedBytes: 0, ended: null };
      if (end < 10) throw new BerthError('HOST_UNREACHABLE', 'cut');
      yield { offset: 10, data: new Uint8Array(), truncatedBytes: 0, ended: session({ state: 'completed' }) };
    },
  } as unknown as HostClient;
  let seen = '';
  const signal = new AbortController().signal;
  const common = {
    session: ID,
    offset: 0,
    tailBytes: 0,
    follow: true,
    reconnect: true,
    signal,
    random: () => 0,
  };
  for await (const { data } of readResuming({ ...common, connect: async () => client }))
    seen += Buffer.from(data);
  expect([seen, calls]).toEqual(['0123456789', 2]);
});

test('an unknown flag is named with the nearest', () => {
  expect(() => parseArguments(['--stauts', 'x'], list.flags, 'list')).toThrow(/has no flag --stauts/);
});
