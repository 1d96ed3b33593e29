import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { expect, test } from 'vitest';
import type { HostConfig } from '../config/remotes.ts';
import type { Answer } from './fan-out.ts';
import type { Holding } from './inventory.ts';
import { parseTarget, resolveSession } from './resolve.ts';

function host(
  name: string,
  held: { ours?: Partial<SessionSnapshot>[]; others?: Partial<ExternalSnapshot>[] },
): Answer<Holding> {
  const sessions = (held.ours ?? []).map((one) => ({ id: 'sess-1', name: '', state: 'running', ...one }));
  const external = (held.others ?? []).map((one) => ({
    live: true,
    status: 'idle',
    attention: null,
    ...one,
  }));
  const value = { sessions, external, host: null } as unknown as Holding;
  return { ok: true, host: { name } as HostConfig, value, latencyMs: 1 };
}

const found = (word: string, ...hosts: Answer<Holding>[]) => {
  const { host: on, session } = resolveSession(word, hosts);
  return `${on.name} ${session.id}`;
};

test.each([
  ['dev', null, 'dev'],
  ['lab:dev', 'lab', 'dev'],
  ['external:dev', null, 'external:dev'],
  ['lab:external:dev', 'lab', 'external:dev'],
  ['external:a:b', null, 'external:a:b'],
])('%s is %s and %s', (word, on, session) => expect(parseTarget(word)).toEqual({ host: on, session }));

test('another tool\u2019s session has its name unless it means anything of ours', () => {
  const others = host('lab', { others: [{ name: 'dev' }, { name: 'sess' }, { name: 'local' }] });
  for (const word of ['dev', 'lab:dev', 'external:dev', 'lab:external:dev'])
    expect(found(word, others)).toBe('lab external:dev');
  const ours = host('local', {
    ours: [
      { name: 'dev', state: 'completed' },
      { id: 'sess-2', name: 'berth' },
    ],
  });
  expect(found('dev', others, ours)).toBe('local sess-1');
  expect(found('lab:dev', others, ours)).toBe('lab external:dev');
  // A host's name means its default session.
  expect(found('local', others, ours)).toBe('local sess-2');
  expect(() => found('ext', others)).toThrow(/no host has it/);
  expect(() => found('external:nope', others)).toThrow(/no host has it/);
});

test('of several hosts the one where it lives is meant, else the host must be told', () => {
  const gone = host('old', { others: [{ name: 'dev', live: false }] });
  const live = host('lab', { others: [{ name: 'dev' }] });
  expect(found('dev', gone, live)).toBe('lab external:dev');
  expect(found('old:dev', gone, live)).toBe('old external:dev');
  expect(() => found('dev', live, host('two', { others: [{ name: 'dev' }] }))).toThrow(
    /cannot tell which session dev means: lab:external:dev, two:external:dev/,
  );
});
