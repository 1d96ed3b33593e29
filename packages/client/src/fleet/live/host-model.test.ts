import type { AttentionSnapshot } from '@berth/shared/domain/attention';
import type { Fact } from '@berth/shared/domain/event';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { describe, expect, it } from 'vitest';
import type { HostConfig } from '../../config/remotes.ts';
import type { LiveHost } from '../live-fleet.ts';
import { type HostMessage, newHost, nextHost } from './host-model.ts';

const CONFIG: HostConfig = { name: 'dev', kind: 'ssh', labels: {}, scope: 'user', enabled: true };
const session = (over: Partial<SessionSnapshot> = {}) =>
  ({
    id: 'sess-1',
    name: 'one',
    state: 'running',
    attention: null,
    activity: 'unknown',
    ...over,
  }) as SessionSnapshot;
const attention = (event: number, over: Partial<AttentionSnapshot> = {}): AttentionSnapshot => ({
  kind: 'input',
  reason: 'asks',
  line: '',
  source: 'hook',
  since: 1,
  event,
  snoozedUntil: null,
  ...over,
});
const external = (over: Partial<ExternalSnapshot> = {}) =>
  ({ name: 'other', live: true, ...over }) as ExternalSnapshot;

/** The host after these messages, each 10 ms after the one before. */
function after(messages: readonly HostMessage[], from: LiveHost = newHost(CONFIG, 0, null)): LiveHost {
  return messages.reduce((host, message, i) => nextHost(host, message, (i + 1) * 10), from);
}
const listing = (...sessions: SessionSnapshot[]): HostMessage => ({
  kind: 'listing',
  listing: { sessions, external: [] },
});
const told = (fact: Fact): HostMessage => ({ kind: 'event', event: { sessionId: 'sess-1', fact } });
const only = (host: LiveHost) => [...host.sessions.values()];

describe('the link', () => {
  it('is unreachable since it broke, however often it is tried again', () => {
    const broken = after([
      { kind: 'connected' },
      { kind: 'connecting' },
      { kind: 'unreachable', error: 'gone' },
      { kind: 'connecting' },
      { kind: 'unreachable', error: 'still gone' },
    ]);
    expect(broken).toMatchObject({ link: 'unreachable', linkSince: 20, error: 'still gone' });
    expect(nextHost(broken, { kind: 'connected' }, 99)).toMatchObject({
      link: 'connected',
      linkSince: 99,
      error: null,
      asOf: 99,
    });
  });

  it('keeps what is known of a host that is away', () => {
    const host = after([
      { kind: 'connected' },
      listing(session()),
      { kind: 'connecting' },
      { kind: 'unreachable', error: 'x' },
    ]);
    expect(only(host)).toHaveLength(1);
    expect(host.asOf).toBe(20);
  });

  it('begins with what is remembered', () => {
    const known = { asOf: 5, sessions: new Map([['sess-1', session()]]) };
    expect(newHost(CONFIG, 9, known)).toMatchObject({
      link: 'connecting',
      asOf: 5,
      sessions: known.sessions,
    });
  });
});

describe('events', () => {
  const measured = {
    memoryUsedBytes: 7,
    memoryPeakBytes: 9,
    cpuMs: 3,
    cpuPercent: 50,
    attachedClients: 1,
    transcriptStart: 0,
    transcriptEnd: 100,
    oomKills: 0,
    figures: null,
  };
  const untold = {
    memoryUsedBytes: 0,
    memoryPeakBytes: 0,
    cpuMs: null,
    cpuPercent: 0,
    attachedClients: 0,
    transcriptStart: 0,
    transcriptEnd: 0,
    oomKills: 0,
    figures: null,
  };

  it('replace a session and leave what was measured of it', () => {
    const changed = session({ ...untold, state: 'suspended', name: 'two' });
    const host = after([listing(session(measured)), told({ type: 'sessionChanged', session: changed })]);
    expect(only(host)).toEqual([session({ ...measured, state: 'suspended', name: 'two' })]);
  });

  it('of an end leave what it printed and the most it used, and nothing that it uses now', () => {
    const ended = session({ ...untold, state: 'completed', memoryPeakBytes: 8 });
    const host = after([listing(session(measured)), told({ type: 'sessionChanged', session: ended })]);
    expect(only(host)).toMatchObject([
      { state: 'completed', memoryUsedBytes: 0, memoryPeakBytes: 9, transcriptEnd: 100, attachedClients: 0 },
    ]);
  });

  it('bring new sessions, and take reservations that ran out', () => {
    const reserved = session({ ...untold, state: 'reserved' });
    const one = after([told({ type: 'sessionChanged', session: reserved })]);
    expect(only(one)).toEqual([reserved]);
    const gone = told({ type: 'sessionChanged', session: { ...reserved, state: 'expired' } });
    expect(only(after([gone], one))).toEqual([]);
  });

  it('move up those in line once somebody left it', () => {
    const waits = (id: string, queuePlace: number) => session({ id, state: 'queued', queuePlace });
    const line = after([listing(waits('sess-1', 1), waits('sess-2', 2), waits('sess-3', 3))]);
    const renamed = told({ type: 'sessionChanged', session: { ...waits('sess-1', 1), name: 'new' } });
    expect(only(after([renamed], line)).map(({ queuePlace }) => queuePlace)).toEqual([1, 2, 3]);
    const begun = told({ type: 'sessionChanged', session: session({ state: 'starting', queuePlace: null }) });
    expect(only(after([begun], line)).map(({ queuePlace }) => queuePlace)).toEqual([null, 1, 2]);
  });

  it('raise, quiet and clear attention; a clear of one that was replaced changes nothing', () => {
    const raised = after([listing(session()), told({ type: 'attentionRaised', attention: attention(4) })]);
    expect(only(raised)[0]?.attention).toEqual(attention(4));
    const quiet = after([told({ type: 'attentionSnoozed', until: 77 })], raised);
    expect(only(quiet)[0]?.attention).toEqual(attention(4, { snoozedUntil: 77 }));
    const clear = (number: number) =>
      told({ type: 'attentionCleared', kind: 'input', raised: number, reason: 'typed' });
    expect(only(after([clear(3)], raised))[0]?.attention).toEqual(attention(4));
    expect(only(after([clear(4)], raised))[0]?.attention).toBeNull();
  });

  it('of a session that is not known change nothing but when the host was heard', () => {
    const before = after([listing()]);
    const next = after([told({ type: 'attentionRaised', attention: attention(1) })], before);
    expect(next.sessions).toBe(before.sessions);
  });

  it('tell of sessions of others', () => {
    const fact = { type: 'externalChanged', session: external(), gone: false } as const;
    const host = after([told(fact)]);
    expect(host.external).toEqual([external()]);
    expect(after([told({ ...fact, session: external({ live: false }) })], host).external).toEqual([
      external({ live: false }),
    ]);
    expect(after([told({ ...fact, gone: true })], host).external).toEqual([]);
  });
});

it('a listing that events overtook tells only what events do not', () => {
  const late: HostMessage = {
    kind: 'measured',
    listing: {
      sessions: [session({ state: 'starting', memoryUsedBytes: 5 }), session({ id: 'sess-2' })],
      external: [],
    },
  };
  const host = after([listing(session({ memoryUsedBytes: 1 })), late]);
  expect(only(host)).toMatchObject([{ id: 'sess-1', state: 'running', memoryUsedBytes: 5 }]);
});

it('and of sessions of others what their tools tell all the time', () => {
  const known = external({ status: 'working', metrics: { turns: '1' } });
  const fact = { type: 'externalChanged', session: known, gone: false } as const;
  const measured = (seen: Partial<ExternalSnapshot>): HostMessage => ({
    kind: 'measured',
    listing: { sessions: [], external: [external(seen), external({ name: 'unknown' })] },
  });
  const host = after([told(fact), measured({ status: 'working', metrics: { turns: '2' } })]);
  expect(host.external).toMatchObject([{ status: 'working', metrics: { turns: '2' } }]);
  expect(after([measured({ status: 'done', metrics: { turns: '3' } })], host).external).toEqual(
    host.external,
  );
});
