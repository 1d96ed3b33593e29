import { isFinal } from '@berth/shared/domain/session-state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_SPEC } from '../../../../test/support/session-spec.ts';
import { holdsSlot, type Queued, type Reserved, type Session, type SessionEvent } from './session.ts';
import { transition } from './transition.ts';

const SPEC = { ...PLAIN_SPEC, timeoutMs: 60_000 };
const RESERVED: Reserved = {
  id: 'sess-20261120-083022-a1b2c3',
  name: '',
  incarnation: 1,
  createdAt: 1000,
  memoryBytes: 1,
  state: 'reserved',
  reservedUntil: 2000,
};

const at = fc.integer({ min: 0, max: 4000 });
const events: fc.Arbitrary<SessionEvent> = fc.oneof(
  at.map((time) => ({ type: 'start', at: time, spec: SPEC, bootId: 'b' }) as const),
  at.map((time) => ({ type: 'expire', at: time }) as const),
  at.map((time) => ({ type: 'release', at: time }) as const),
  at.map((time) => ({ type: 'extend', at: time, until: time + 500 }) as const),
  fc.constant({ type: 'admitted' } as const),
  fc.constant({ type: 'restaged', bootId: 'c' } as const),
  at.map((time) => ({ type: 'suspendRequested', at: time }) as const),
  fc.constant({ type: 'resumeRequested' } as const),
  at.map((time) => ({ type: 'launched', at: time, enforcement: 'kernel' }) as const),
  at.map((time) => ({ type: 'startFailed', at: time, detail: 'no tmux' }) as const),
  fc
    .record({
      kind: fc.constantFrom('kill', 'timeout'),
      requestedAt: at,
      graceMs: at,
      signal: fc.constant('TERM'),
    })
    .map((intent) => ({ type: 'endRequested', intent }) as const),
  fc.constant({ type: 'frozen' } as const),
  fc.constant({ type: 'thawed' } as const),
  fc
    .record({
      at,
      exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
      outOfMemory: fc.boolean(),
      memoryPeakBytes: fc.constant(null),
      oomKills: fc.nat(1),
    })
    .map((end) => ({ type: 'ended', end }) as const),
  at.map((time) => ({ type: 'rebooted', at: time }) as const),
  fc.constant({ type: 'restarted', bootId: 'c' } as const),
  fc
    .record({ outOfMemory: fc.boolean(), memoryPeakBytes: fc.option(at), oomKills: fc.nat(2) })
    .map((memory) => ({ type: 'measured', memory }) as const),
);

const QUEUED: Queued = {
  ...{ id: RESERVED.id, name: '', incarnation: 1, createdAt: 1000, memoryBytes: 1 },
  ...{ state: 'queued', queuedAt: 1000, ticket: 1, spec: SPEC, bootId: 'b' },
};

function run(start: Session, ...list: SessionEvent[]): Session {
  return list.reduce((session, event) => {
    const next = transition(session, event);
    if (!next.ok) throw new Error(`${session.state} rejects ${event.type}: ${next.rejection}`);
    return next.session;
  }, start);
}

const start = { type: 'start', at: 1500, spec: SPEC, bootId: 'b' } as const;
const launched = { type: 'launched', at: 1600, enforcement: 'kernel' } as const;
const ended = (exitCode: number | null, outOfMemory = false) =>
  ({ type: 'ended', end: { at: 3000, exitCode, outOfMemory, memoryPeakBytes: null, oomKills: 0 } }) as const;
const kill = {
  type: 'endRequested',
  intent: { kind: 'kill', requestedAt: 1700, graceMs: 100, signal: 'TERM' },
} as const;
const timeout = {
  type: 'endRequested',
  intent: { kind: 'timeout', requestedAt: 1700, graceMs: 100, signal: 'TERM' },
} as const;

describe('the session machine', () => {
  it('never leaves a final state, never moves what it rejects, and frees a slot only by a final state', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Session>(RESERVED, QUEUED),
        fc.array(events, { maxLength: 30 }),
        (first, list) => {
          let session = first;
          for (const event of list) {
            const next = transition(session, event);
            if (isFinal(session.state)) expect(next.ok).toBe(false);
            if (!next.ok) continue;
            expect(next.session.id).toBe(session.id);
            const waits = next.session.state === 'queued';
            expect(holdsSlot(next.session)).toBe(!waits && !isFinal(next.session.state));
            if (waits) expect(session.state).toBe('queued');
            if ('spec' in next.session)
              expect(next.session.queuedAt).toBe(first === QUEUED ? 1000 : undefined);
            if (next.session.state === 'suspended') expect(next.session.suspension).toBeDefined();
            if ('endedAt' in next.session && 'startedAt' in next.session) {
              expect(next.session.endedAt).toBeGreaterThanOrEqual(next.session.createdAt);
            }
            session = next.session;
          }
        },
      ),
    );
  });

  it.each([
    ['exit 0 completes', [start, launched, ended(0)], 'completed', null, 0],
    ['exit 3 fails', [start, launched, ended(3)], 'failed', 'exit', 3],
    ['no exit code fails as unknown', [start, launched, ended(null)], 'failed', 'unknown', null],
    ['out of memory', [start, launched, ended(137, true)], 'failed', 'oom', 137],
    ['killed goes before exit 0', [start, launched, kill, ended(0)], 'killed', null, 0],
    ['a timeout', [start, launched, timeout, ended(143)], 'failed', 'timeout', 143],
    ['a kill outweighs a timeout', [start, launched, timeout, kill, ended(143)], 'killed', null, 143],
    ['a timeout does not outweigh a kill', [start, launched, kill, timeout, ended(143)], 'killed', null, 143],
    ['killed before it ran', [start, kill, ended(null)], 'killed', null, null],
    ['could not start', [start, { type: 'startFailed', at: 1600, detail: 'x' }], 'failed', 'start', null],
    ['a reboot', [start, launched, { type: 'rebooted', at: 9 }], 'lost', null, null],
  ] as const)('%s', (_name, list, state, failureReason, exitCode) => {
    expect(run(RESERVED, ...list)).toMatchObject({ state, failureReason, exitCode });
  });

  it('refuses a start after the reservation ran out', () => {
    expect(transition(RESERVED, { ...start, at: 2000 })).toEqual({
      ok: false,
      rejection: 'reservation-expired',
    });
  });

  it('holds a reservation for longer, never shorter', () => {
    const extend = (at: number, until: number) => transition(RESERVED, { type: 'extend', at, until });
    expect(extend(1500, 2500)).toMatchObject({ session: { reservedUntil: 2500 } });
    expect(extend(1500, 1600)).toMatchObject({ session: { reservedUntil: 2000 } });
    expect(extend(2000, 3000)).toEqual({ ok: false, rejection: 'reservation-expired' });
  });

  it('leaves the line by its turn, by a kill, or by what makes its start impossible', () => {
    expect(run(QUEUED, { type: 'admitted' }, launched)).toMatchObject({ state: 'running', queuedAt: 1000 });
    expect(run(QUEUED, { type: 'admitted' })).not.toHaveProperty('ticket');
    expect(run(QUEUED, kill)).toMatchObject({ state: 'killed', startedAt: null, killRequestedAt: 1700 });
    const failed = run(QUEUED, { type: 'startFailed', at: 1600, detail: 'gone' });
    expect(failed).toMatchObject({ state: 'failed', failureReason: 'start', detail: 'gone' });
    for (const event of [start, launched, ended(0), { type: 'rebooted', at: 9 }] as const) {
      expect(transition(QUEUED, event).ok).toBe(false);
    }
  });

  it('is suspended once it was seen to stand still, and runs once it was let go', () => {
    const suspend = { type: 'suspendRequested', at: 1800 } as const;
    const asked = run(RESERVED, start, launched, suspend);
    // Nobody asked for it.
    expect(transition(run(RESERVED, start, launched), { type: 'frozen' }).ok).toBe(false);
    expect(asked).toMatchObject({ state: 'running', suspension: { requestedAt: 1800, wanted: true } });
    expect(transition(asked, { type: 'thawed' }).ok).toBe(false);
    const still = run(asked, { type: 'frozen' }, { ...suspend, at: 1900 });
    expect(still).toMatchObject({ state: 'suspended', suspension: { requestedAt: 1800 } });
    const resumed = run(still, { type: 'resumeRequested' });
    expect(transition(resumed, { type: 'frozen' }).ok).toBe(false);
    expect(run(resumed, { type: 'thawed' })).toEqual(run(RESERVED, start, launched));
    // What is to end goes on first, and is not stopped again.
    const ending = run(still, kill);
    expect(transition(ending, suspend).ok).toBe(false);
    expect(run(ending, { type: 'thawed' })).toMatchObject({ state: 'running', intent: { kind: 'kill' } });
  });

  it('does not let a reservation expire early', () => {
    expect(transition(RESERVED, { type: 'expire', at: 1999 }).ok).toBe(false);
    expect(transition(RESERVED, { type: 'expire', at: 2000 }).ok).toBe(true);
  });

  it('begins again after a reboot only where that was asked for, as the next incarnation', () => {
    const again = { type: 'restarted', bootId: 'c' } as const;
    const wanted = { ...start, spec: { ...SPEC, restart: 'on-reboot', headless: false } } as const;
    expect(run(RESERVED, wanted, launched, again)).toMatchObject({
      id: RESERVED.id,
      state: 'starting',
      incarnation: 2,
      bootId: 'c',
      memoryBytes: RESERVED.memoryBytes,
    });
    expect(transition(run(RESERVED, start, launched), again).ok).toBe(false);
    // That it waited in line stays true of it.
    const waited = { ...QUEUED, spec: { ...SPEC, restart: 'on-reboot' } } as const;
    expect(run(waited, { type: 'admitted' }, launched, again)).toMatchObject({ queuedAt: 1000 });
    expect(transition(run(RESERVED, wanted, launched, kill), again).ok).toBe(false);
  });

  it('remembers what was measured before the unit was ended', () => {
    const memory = { outOfMemory: true, memoryPeakBytes: 3 * 1024 ** 3, oomKills: 1 };
    const slot = { ...RESERVED, memoryBytes: 2 * 1024 ** 3 };
    const over = run(slot, start, launched, { type: 'measured', memory }, ended(137));
    expect(over).toMatchObject({ state: 'failed', failureReason: 'oom', oomKills: 1 });
    expect(over).toMatchObject({ detail: 'out of memory: peak 3 GiB of 2 GiB' });
  });

  it('tells what an editor had of the slot that a session outgrew', () => {
    const slot = { ...RESERVED, memoryBytes: 2 * 1024 ** 3 };
    const story = { outOfMemory: true, memoryPeakBytes: 1.5 * 1024 ** 3, oomKills: 1 };
    const detailWith = (limitBytes: number) => {
      const end = { at: 3000, exitCode: 137, ...story, limitBytes };
      const over = run(slot, start, launched, { type: 'ended', end });
      return 'detail' in over ? over.detail : '';
    };
    expect(detailWith(1.5 * 1024 ** 3)).toBe(
      'out of memory: peak 1.5 GiB of 1.5 GiB (its editor had 512 MiB of the slot of 2 GiB)',
    );
    expect(detailWith(2 * 1024 ** 3 - 4095)).toBe('out of memory: peak 1.5 GiB of 2 GiB');
  });

  it('keeps the earlier deadline of two kills', () => {
    const harder = { ...kill, intent: { ...kill.intent, requestedAt: 1750, graceMs: 0, signal: 'INT' } };
    expect(run(RESERVED, start, launched, kill, harder)).toMatchObject({
      intent: { requestedAt: 1700, graceMs: 50, signal: 'INT' },
    });
  });
});
