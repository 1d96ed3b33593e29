import { BerthError } from '@berth/shared/domain/berth-error';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal, SESSION_STATES } from '@berth/shared/domain/session-state';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HostConfig } from '../config/remotes.ts';
import type { Answer } from './fan-out.ts';
import type { Holding } from './inventory.ts';
import { placesOf, resolveSession } from './resolve.ts';
import { parseTarget } from './target-word.ts';

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

function silent(name: string): Answer<Holding> {
  const error = new BerthError('HOST_UNREACHABLE', `cannot reach ${name}: no route`);
  return { ok: false, host: { name } as HostConfig, error, latencyMs: 1 };
}

/** What comes of a word: `host id`, or the reason with the hosts it names. */
const outcome = (word: string, ...hosts: Answer<Holding>[]) => {
  try {
    return found(word, ...hosts);
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    const { candidates = '', host: on = '' } = error.values;
    return [error.reason, ...candidates.split('\n'), on].filter(Boolean).join(' ');
  }
};

const LAB = host('lab', {
  ours: [
    { id: 'sess-20261120-a', name: 'work' },
    { id: 'sess-20261120-b', name: 'twice', state: 'completed', createdAt: 1 },
    { id: 'sess-20261120-c', name: 'twice', state: 'failed', createdAt: 2 },
    { id: 'sess-20261121-d', name: 'again', state: 'completed' },
    { id: 'sess-20261121-e', name: 'again' },
    { id: 'sess-20261121-f', name: 'two' },
  ],
});
const TWO = host('two', {
  ours: [
    { id: 'sess-20261122-g', name: 'work' },
    { id: 'sess-20261122-h', name: 'berth' },
    { id: 'sess-20261123-i', name: 'solo' },
  ],
});

test.each([
  // host:session is exact: by id, name, and beginning of an id.
  ['lab:sess-20261120-a', 'lab sess-20261120-a'],
  ['two:work', 'two sess-20261122-g'],
  ['two:sess-20261123', 'two sess-20261123-i'],
  ['two:sess-20261122', 'NAME_AMBIGUOUS two:sess-20261122-g two:sess-20261122-h'],
  ['two:sess-20261120-a', 'SESSION_NOT_FOUND'],
  ['lab:solo', 'SESSION_NOT_FOUND'],
  // A bare one where it is unique in the fleet.
  ['solo', 'two sess-20261123-i'],
  ['sess-20261123-i', 'two sess-20261123-i'],
  ['sess-20261123', 'two sess-20261123-i'],
  ['work', 'NAME_AMBIGUOUS lab:sess-20261120-a two:sess-20261122-g'],
  ['sess-20261120', 'NAME_AMBIGUOUS lab:sess-20261120-a lab:sess-20261120-b lab:sess-20261120-c'],
  ['nope', 'SESSION_NOT_FOUND'],
  // One that lives before those that ended, and of those the newest.
  ['again', 'lab sess-20261121-e'],
  ['twice', 'lab sess-20261120-c'],
  // A host means its default session; a session of its name comes first.
  ['two', 'lab sess-20261121-f'],
  ['two:', 'two sess-20261122-h'],
  ['berth', 'two sess-20261122-h'],
  ['lab', 'SESSION_NOT_FOUND lab'],
  ['lab:', 'SESSION_NOT_FOUND lab'],
  // What nothing can be called.
  ['', 'NAME_INVALID'],
  [':work', 'NAME_INVALID'],
  ['lab:a:b', 'NAME_INVALID'],
  ['a/b', 'NAME_INVALID'],
  ['a\u0007b', 'NAME_INVALID'],
])('%j is %s', (word, expected) => expect(outcome(word, LAB, TWO)).toBe(expected));

test('a host of a name with which ids begin, too, is meant where they are several', () => {
  const sess = host('sess', { ours: [{ id: 'sess-9', name: 'berth' }] });
  expect(outcome('sess', sess, LAB)).toBe('sess sess-9');
  expect(outcome('sess', sess)).toBe('sess sess-9');
});

test('what a host that was not heard may have is not known, and no other host matters to host:session', () => {
  const dead = silent('dead');
  expect(outcome('nope', LAB, TWO, dead)).toBe('HOST_UNREACHABLE dead');
  expect(outcome('lab', LAB, dead)).toBe('HOST_UNREACHABLE dead');
  expect(outcome('sess-20261124', LAB, TWO, dead)).toBe('HOST_UNREACHABLE dead');
  expect(outcome('solo', LAB, TWO, dead)).toBe('two sess-20261123-i');
  expect(outcome('lab:nope', LAB, TWO, dead)).toBe('SESSION_NOT_FOUND');
  expect(() => resolveSession('dead:nope', [LAB, dead])).toThrow('cannot reach dead: no route');
  expect(() => resolveSession('nope', [dead])).toThrow('cannot reach dead: no route');
  expect(() => resolveSession('nope', [LAB, dead, silent('gone')])).toThrow(/be asked: dead, gone$/);
});

test('the default session that is not there is told with how to make it', () => {
  for (const word of ['lab', 'lab:']) {
    const failed = expect.objectContaining({ hint: expect.stringMatching(/berth connect lab makes it/) });
    expect(() => resolveSession(word, [LAB])).toThrow(failed);
  }
});

test('whatever a fleet holds, a word means one session that it names, or none', () => {
  const some = <T>(...values: T[]) => fc.constantFrom(...values);
  const one = fc.record({
    id: fc.tuple(some('sess-1', 'sess-2', 'sess-12'), fc.nat(99)).map(([begin, end]) => `${begin}-${end}`),
    name: some('', 'a', 'b', 'berth', 'h1'),
    state: some(...SESSION_STATES),
    createdAt: fc.nat(9),
  });
  const fleet = fc
    .array(fc.uniqueArray(one, { maxLength: 4, selector: ({ id }) => id }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((hosts) => {
      const seen = new Set<string>();
      return hosts.map((ours, i) => {
        const own = ours.filter(({ id }) => !seen.has(id) && seen.add(id));
        return host(`h${i}`, { ours: own });
      });
    });
  const word = fc.oneof(
    some('a', 'b', 'h0', 'h1', 'h2', 'h1:', 'h0:a', 'h1:berth', 'sess', 'sess-1', 'sess-12'),
    one.map(({ id }) => id),
  );
  fc.assert(
    fc.property(fleet, word, (hosts, asked) => {
      const all = placesOf(hosts);
      const at = (place: (typeof all)[number]) => `${place.host.name} ${place.session.id}`;
      const came = outcome(asked, ...hosts);
      // The order in which hosts answer changes nothing.
      expect(new Set(outcome(asked, ...[...hosts].reverse()).split(' '))).toEqual(new Set(came.split(' ')));
      const { host: on, session } = parseTarget(asked);
      const wanted = session || 'berth';
      const there = all.filter((place) => on === null || place.host.name === on);
      const exact = there.filter((place) => place.session.id === wanted);
      if (exact[0]) {
        expect(came).toBe(at(exact[0]));
        return;
      }
      const living = there.filter((place) => place.session.name === wanted && !isFinal(place.session.state));
      if (living[0]) {
        expect(living.length === 1 ? came : came.split(' ')[0]).toBe(
          living.length === 1 ? at(living[0]) : 'NAME_AMBIGUOUS',
        );
        return;
      }
      const place = all.find((one) => at(one) === came);
      if (!place) {
        expect(came).toMatch(/^(?:SESSION_NOT_FOUND|NAME_AMBIGUOUS)/);
        return;
      }
      const default_ = place.host.name === (on ?? asked) && place.session.name === 'berth';
      const named = place.session.name === wanted || place.session.id.startsWith(wanted);
      expect(named || default_).toBe(true);
    }),
  );
});
