import { isFinal } from '@berth/shared/domain/session-state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_SPEC } from '../../../../test/support/session-spec.ts';
import { type Observed, plan } from './plan.ts';
import type { Session } from './session.ts';
import { transition } from './transition.ts';

const IDENTITY = {
  id: 's',
  name: '',
  incarnation: 1,
  createdAt: 0,
  memoryBytes: 1,
  spec: PLAIN_SPEC,
  bootId: 'b',
};
const STARTING: Session = { ...IDENTITY, state: 'starting', intent: null };
const RUNNING: Session = {
  ...IDENTITY,
  state: 'running',
  startedAt: 10,
  intent: null,
  enforcement: 'kernel',
};
const WANTED = { requestedAt: 50, wanted: true } as const;
const STOPPING = { ...RUNNING, suspension: WANTED } as Session;
const STILL = { ...STOPPING, state: 'suspended' } as Session;
const QUEUED: Session = { ...IDENTITY, state: 'queued', queuedAt: 0, ticket: 1 };
const ANEW: Session = { ...RUNNING, spec: { ...PLAIN_SPEC, restart: 'on-reboot', headless: false } };
const KILL = { kind: 'kill', requestedAt: 100, graceMs: 50, signal: 'TERM' } as const;

const NOTHING: Observed = {
  unit: 'gone',
  rebooted: false,
  begun: false,
  terminal: 'none',
  deadStatus: null,
  exit: null,
  outOfMemory: false,
  memoryPeakBytes: null,
  bootId: 'b',
  memoryLimitBytes: null,
  oomKills: 0,
  enforcement: 'kernel',
  frozen: false,
};
const OPEN: Observed = { ...NOTHING, unit: 'alive', begun: true, terminal: 'open' };
const EXITED = { exitCode: 3, endedAt: 90, stopped: false };
/** With everything of its unit. */
const STOPPED = { exitCode: 143, endedAt: 90, stopped: true };

const kinds = (session: Session, observed: Observed, now = 120) =>
  plan(session, observed, now).map((s) => s.do);

describe('plan', () => {
  it.each([
    ['launches what has not begun', STARTING, NOTHING, ['launch']],
    ['records what runs already', STARTING, OPEN, ['record']],
    ['never launches twice', STARTING, { ...NOTHING, begun: true }, ['drain', 'record']],
    ['does not launch what was killed before', { ...STARTING, intent: KILL }, NOTHING, ['record']],
    ['leaves a running session alone', RUNNING, OPEN, []],
    [
      'drains, then stops the unit, before an end is recorded',
      RUNNING,
      { ...OPEN, exit: EXITED },
      ['drain', 'stop'],
    ],
    [
      'records first what the kernel knows of its memory',
      RUNNING,
      { ...OPEN, exit: EXITED, memoryPeakBytes: 5 },
      ['record'],
    ],
    ['records that it ran before its end', STARTING, { ...OPEN, exit: EXITED }, ['record']],
    ['begins again after a reboot', ANEW, { ...NOTHING, rebooted: true }, ['restage', 'record']],
    ['waits for what a stop from outside was', RUNNING, { ...NOTHING, exit: STOPPED }, ['wait']],
    [
      'begins again after an orderly reboot',
      ANEW,
      { ...NOTHING, begun: true, rebooted: true, exit: STOPPED },
      ['drain', 'restage', 'record'],
    ],
    ['records the end once the unit is gone', RUNNING, { ...NOTHING, exit: EXITED }, ['drain', 'record']],
    ['signals first', { ...RUNNING, intent: KILL }, OPEN, ['signal', 'wait']],
    [
      'opens again where the agent died before the terminal',
      STARTING,
      { ...NOTHING, unit: 'alive' },
      ['launch'],
    ],
    ['leaves alone what waits in line', QUEUED, NOTHING, []],
    ['lays out anew what a reboot took', QUEUED, { ...NOTHING, rebooted: true }, ['restage', 'record']],
    ['lays out anew what is gone', QUEUED, { ...NOTHING, begun: true }, ['restage', 'record']],
    ['stops what is to stand still', STOPPING, OPEN, ['freeze']],
    ['records that it stands still', STOPPING, { ...OPEN, frozen: true }, ['record']],
    ['leaves alone what stands still', STILL, { ...OPEN, frozen: true }, []],
    ['stops again what somebody let go', STILL, OPEN, ['freeze']],
    [
      'lets go what is to go on, also half stopped',
      { ...STOPPING, suspension: { ...WANTED, wanted: false } } as Session,
      OPEN,
      ['thaw', 'record'],
    ],
    [
      'lets go what is to end',
      { ...STILL, intent: KILL } as Session,
      { ...OPEN, frozen: true },
      ['thaw', 'record'],
    ],
    ['records the end of what stood still', STILL, { ...NOTHING, exit: EXITED }, ['drain', 'record']],
    ['stops a server without a terminal', RUNNING, { ...OPEN, terminal: 'none' }, ['stop']],
    [
      'takes the word of tmux on a dead wrapper',
      RUNNING,
      { ...OPEN, terminal: 'dead' },
      ['drain', 'stop', 'record'],
    ],
  ] as [string, Session, Observed, string[]][])('%s', (_name, session, observed, steps) => {
    expect(kinds(session, observed)).toEqual(steps);
  });

  it('kills after the grace period', () => {
    const killed = { ...RUNNING, intent: KILL } as Session;
    expect(plan(killed, OPEN, 150)[0]).toEqual({ do: 'signal', signal: 'KILL' });
    expect(plan(killed, OPEN, 150 + 5000)).toEqual([{ do: 'stop' }]);
  });

  it('tells a reboot from an end, unless the end was recorded', () => {
    for (const exit of [null, STOPPED]) {
      expect(plan(RUNNING, { ...NOTHING, begun: true, rebooted: true, exit }, 5)[1]).toMatchObject({
        event: { type: 'rebooted' },
      });
    }
    expect(plan(RUNNING, { ...NOTHING, rebooted: true, exit: EXITED }, 5)[1]).toMatchObject({
      event: { type: 'ended', end: { exitCode: 3, at: 90 } },
    });
  });

  it('records a stop from outside as an end where the machine stays up', () => {
    expect(kinds(RUNNING, { ...NOTHING, exit: STOPPED }, STOPPED.endedAt + 14_999)).toEqual(['wait']);
    expect(kinds(RUNNING, { ...NOTHING, exit: STOPPED }, STOPPED.endedAt + 15_000)).toEqual([
      'drain',
      'record',
    ]);
    const killed = { ...RUNNING, intent: KILL } as Session;
    expect(kinds(killed, { ...NOTHING, exit: STOPPED })).toEqual(['drain', 'record']);
  });

  it('fails what waited in line, where its variables went with the memory of the host', () => {
    const secret = { ...QUEUED, spec: { ...PLAIN_SPEC, envNames: ['A', 'B'] } } as Session;
    expect(plan(secret, NOTHING, 5)).toEqual([]);
    const detail =
      'the host was booted anew while it waited in line, and its variables (A, B) were in memory only';
    expect(plan(secret, { ...NOTHING, rebooted: true }, 5)).toEqual([
      { do: 'record', event: { type: 'startFailed', at: 5, detail } },
    ]);
  });

  it('removes what was laid out for one that was killed in line', () => {
    const over = transition(QUEUED, { type: 'endRequested', intent: KILL });
    if (!over.ok) throw new Error('rejected');
    expect(kinds(over.session, NOTHING)).toEqual(['unstage']);
    expect(kinds(over.session, { ...NOTHING, begun: true })).toEqual([]);
  });

  it('ends what stands still, too, at its timeout', () => {
    const limited = { ...STILL, spec: { ...PLAIN_SPEC, timeoutMs: 100 } } as Session;
    expect(plan(limited, { ...OPEN, frozen: true }, 109)).toEqual([{ do: 'wait', until: 110 }]);
    expect(plan(limited, { ...OPEN, frozen: true }, 110)).toMatchObject([
      { event: { type: 'endRequested' } },
    ]);
  });

  it('asks for the end of what ran longer than its timeout', () => {
    const limited = { ...RUNNING, spec: { ...PLAIN_SPEC, timeoutMs: 100 } } as Session;
    expect(plan(limited, OPEN, 109)).toEqual([{ do: 'wait', until: 110 }]);
    expect(plan(limited, OPEN, 110)).toMatchObject([{ event: { type: 'endRequested' } }]);
  });

  it('brings any session in any observed world to rest, in a final state once its unit is gone', () => {
    const worlds = fc.record({
      unit: fc.constantFrom('alive', 'gone'),
      rebooted: fc.boolean(),
      begun: fc.boolean(),
      terminal: fc.constantFrom('none', 'open', 'dead'),
      deadStatus: fc.option(fc.constant(1)),
      exit: fc.option(fc.constantFrom(EXITED, STOPPED)),
      outOfMemory: fc.boolean(),
      memoryPeakBytes: fc.option(fc.constant(7)),
      memoryLimitBytes: fc.option(fc.nat()),
      oomKills: fc.nat(1),
      bootId: fc.constant('b'),
      enforcement: fc.constantFrom('kernel', 'advisory'),
      frozen: fc.boolean(),
    }) as fc.Arbitrary<Observed>;
    const sessions = fc.constantFrom<Session>(
      STARTING,
      RUNNING,
      ANEW,
      { ...ANEW, intent: KILL } as Session,
      { ...STARTING, intent: KILL } as Session,
      { ...RUNNING, intent: KILL } as Session,
      STOPPING,
      STILL,
      { ...STILL, intent: KILL } as Session,
      { ...STILL, suspension: { ...WANTED, wanted: false } } as Session,
    );
    fc.assert(
      fc.property(sessions, worlds, fc.nat(300), (first, world, begin) => {
        let now = begin;
        let session: Session = first;
        let seen = world.unit === 'gone' ? { ...world, terminal: 'none' as const } : world;
        for (let round = 0; round < 10; round++) {
          const steps = plan(session, seen, now);
          if (steps.every((step) => step.do === 'wait' || step.do === 'signal')) {
            if (isFinal(session.state) || seen.unit === 'alive') return;
            const [step] = steps;
            if (step?.do !== 'wait') throw new Error(`no rest: ${JSON.stringify({ session, seen })}`);
            now = step.until;
          }
          for (const step of steps) {
            if (step.do === 'stop') seen = { ...seen, unit: 'gone', terminal: 'none' };
            if (step.do === 'launch') seen = { ...seen, unit: 'alive', terminal: 'open', begun: true };
            if (step.do === 'freeze') seen = { ...seen, frozen: true };
            if (step.do === 'thaw') seen = { ...seen, frozen: false };
            if (step.do === 'restage') seen = { ...seen, begun: false, rebooted: false, exit: null };
            if (step.do !== 'record') continue;
            const next = transition(session, step.event);
            if (next.ok) session = next.session;
          }
        }
        throw new Error(`no rest: ${JSON.stringify({ session, seen })}`);
      }),
    );
  });
});
