/** The line under random calls and restarts: nobody overtakes, is lost, or begins twice. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { PLAIN_SPEC } from '../../../../test/support/session-spec.ts';
import { holdings } from '../domain/ledger.ts';
import { line } from '../domain/queue.ts';
import { holdsSlot, type Session } from '../domain/session.ts';
import { Admission, isFull } from './admission.ts';
import type { GrantedRequest, Journal } from './journal-port.ts';
import { Queue } from './queue.ts';
import { Registry } from './registry.ts';

const CAPACITY = { totalBytes: 100, reserveBytes: 0, capacityBytes: 100, defaultSlotBytes: 25 };

class Crash extends Error {}

/** What is on the disk of a host, and the agent of the moment on it. */
class Host {
  readonly disk = new Map<string, string>();
  /** Other users of the host hold this much; null: there are none. */
  others: number | null;
  readonly granted = new Map<string, number>();
  now = 0;
  capacity = CAPACITY;
  draining = false;
  maxSessions: number | null = null;
  diskFull = false;
  /** What waits was taken by its wrapper, or went with the boot. */
  begun = false;
  /** Lanes that were woken, by session. */
  readonly woken: string[] = [];
  at = (_point: string): void => {};
  /** More was promised than there is, or somebody let in who is not to be. */
  wrong = false;
  /** Points in the code still to pass before the agent dies. */
  fuse = Number.POSITIVE_INFINITY;
  #ids = 0;
  registry!: Registry;
  admission!: Admission;
  queue!: Queue;

  constructor(others: number | null) {
    this.others = others;
    this.boot();
  }

  boot(): void {
    this.fuse = Number.POSITIVE_INFINITY;
    const journal = {
      sessions: () => [...this.disk.values()].reverse().map((text) => JSON.parse(text) as Session),
      commit: ({ sessions }: { sessions: readonly Session[] }) => {
        for (const session of sessions) this.disk.set(session.id, JSON.stringify(session));
      },
    } as unknown as Journal;
    this.registry = new Registry({ journal, now: () => this.now, workspace: () => '' });
    const registry = this.registry;
    const sharedLedger = this.others === null ? null : this.#ledger();
    const shared = {
      ...{ registry, capacity: this.capacity, sharedLedger, now: () => this.now },
      maxSessions: this.maxSessions,
      checkDisk: () => {
        if (this.diskFull) throw new BerthError('DISK_QUOTA', 'full');
      },
      draining: () => this.draining,
      giveBack: async (id: string) => void this.granted.delete(id),
      reached: async (point: string) => {
        this.at(point);
        this.fuse -= 1;
        if (this.fuse <= 0) throw new Crash();
      },
    };
    registry.onChange(({ id, state }) => {
      this.wrong ||= holdings(registry.all()).heldBytes + (this.others ?? 0) > CAPACITY.capacityBytes;
      this.wrong ||= state === 'starting' && this.draining;
      if (isFinal(state)) this.granted.delete(id);
    });
    const held = new Set([...registry.all()].filter(holdsSlot).map(({ id }) => id));
    for (const id of this.granted.keys()) if (!held.has(id)) this.granted.delete(id);
    this.admission = new Admission({
      ...{ ...shared, hostname: 'h' },
      newId: () => `s${String(++this.#ids).padStart(4, '0')}`,
    });
    this.queue = new Queue({
      ...{ ...shared, files: { begun: async () => this.begun } },
      supervisor: { wake: (id) => void this.woken.push(id) as never },
      ...{ bootId: 'b', onProblem: () => {} },
    });
    this.queue.begin();
  }

  #ledger() {
    return {
      take: async ({ id, memoryBytes }: { id: string; memoryBytes: number }) => {
        const held = [...this.granted.values()].reduce((sum, bytes) => sum + bytes, this.others ?? 0);
        if (this.granted.has(id)) return;
        if (held + memoryBytes > CAPACITY.capacityBytes) throw full();
        this.granted.set(id, memoryBytes);
      },
    } as never;
  }

  async start(memoryBytes: number, queue: boolean): Promise<string | null> {
    const slot = this.admission.candidate({ name: '', memoryBytes, ttlMs: 1000 });
    const request = { requestId: slot.id, method: 'Start', fingerprint: '', sessionId: slot.id };
    const begun = { spec: PLAIN_SPEC, bootId: 'b' };
    const waits = line(this.registry.all()).length > 0;
    const { reservedUntil: _until, ...identity } = slot;
    const starting = { ...identity, ...begun, state: 'starting', intent: null } as const;
    try {
      if (this.admission.full(slot)) throw full();
      await this.admission.take(slot, () => this.registry.insert(starting, request as GrantedRequest));
      expect(waits).toBe(false);
      return slot.id;
    } catch (error) {
      if (!isFull(error)) throw error;
      return queue ? this.admission.enqueue(slot, begun, request).id : null;
    }
  }

  /** Lets the queue do all that it can do now, or only some of it. */
  async settle(turns = 40): Promise<void> {
    this.queue.wake();
    for (let i = 0; i < turns; i++) await Promise.resolve();
  }
}

function full(): Error {
  return new BerthError('SLOT_EXHAUSTED', 'full');
}

const STEPS = fc.array(
  fc
    .tuple(
      fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            do: fc.constant('start' as const),
            bytes: fc.integer({ min: 1, max: 100 }),
            queue: fc.boolean(),
          }),
        },
        { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('end', 'kill'), which: fc.nat(30) }) },
        {
          weight: 1,
          arbitrary: fc.record({ do: fc.constant('crash' as const), after: fc.integer({ min: 1, max: 4 }) }),
        },
        { weight: 1, arbitrary: fc.record({ do: fc.constant('others' as const), bytes: fc.nat(60) }) },
        { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('drain', 'undrain') }) },
      ),
      fc.constantFrom(0, 2, 4, 5, 6, 8, 40),
    )
    .map(([step, turns]) => ({ ...step, turns })),
  { maxLength: 60 },
);

it.each([
  ['an own ledger', null],
  ['a shared ledger', 0],
])('keeps the order, with %s', async (_what, others) => {
  await fc.assert(
    fc.asyncProperty(STEPS, async (steps) => {
      const host = new Host(others);
      /** Ids in the order in which they were put in line, and began. */
      const waited: string[] = [];
      const began: string[] = [];
      const watch = () =>
        host.registry.onChange((session) => {
          if (session.state === 'queued' && !waited.includes(session.id)) waited.push(session.id);
          if (session.state === 'starting' && session.queuedAt !== undefined) began.push(session.id);
        });
      watch();
      for (const step of steps) {
        host.now += 1;
        const of = (states: readonly string[]) =>
          [...host.registry.all()]
            .filter(({ state }) => states.includes(state))
            .sort((a, b) => (a.id < b.id ? -1 : 1));
        if (step.do === 'start' && 'bytes' in step && 'queue' in step) {
          await host.start(step.bytes, step.queue).catch((error: unknown) => {
            if (!(error instanceof Crash) && !(error instanceof BerthError)) throw error;
          });
        } else if ('which' in step) {
          const all = of(step.do === 'end' ? ['starting'] : ['queued']);
          const session = all[step.which % Math.max(1, all.length)];
          const end = { at: host.now, exitCode: 0, outOfMemory: false, memoryPeakBytes: null, oomKills: 0 };
          const intent = { kind: 'kill', requestedAt: host.now, graceMs: 0, signal: 'TERM' } as const;
          if (session)
            host.registry.apply(
              session.id,
              step.do === 'end' ? { type: 'ended', end } : { type: 'endRequested', intent },
            );
        } else if ('after' in step) {
          host.fuse = step.after;
          await host.settle();
          await host.queue[Symbol.asyncDispose]();
          host.boot();
          watch();
        } else if (step.do === 'others' && 'bytes' in step) {
          const mine = [...host.granted.values()].reduce((sum, bytes) => sum + bytes, 0);
          if (host.others !== null) host.others = Math.min(step.bytes, CAPACITY.capacityBytes - mine);
        } else host.draining = step.do === 'drain';
        await host.settle(step.turns);
        const inLine = line(host.registry.all()).map(({ id }) => id);
        expect(inLine).toEqual(waited.filter((id) => inLine.includes(id)));
      }
      // In the end all find a place, one after the other, in the order in which they came.
      host.draining = false;
      if (host.others !== null) host.others = 0;
      for (
        let round = 0;
        round < 200 && [...host.registry.all()].some(({ state }) => !isFinal(state));
        round++
      ) {
        await host.settle();
        const [first] = [...host.registry.all()].filter(holdsSlot);
        const end = { at: host.now, exitCode: 0, outOfMemory: false, memoryPeakBytes: null, oomKills: 0 };
        if (first) host.registry.apply(first.id, { type: 'ended', end });
      }
      await host.queue[Symbol.asyncDispose]();
      expect(host.wrong).toBe(false);
      expect(host.granted.size).toBe(0);
      expect([...host.registry.all()].filter(({ state }) => !isFinal(state))).toEqual([]);
      expect(began).toEqual(waited.filter((id) => began.includes(id)));
      const killed = [...host.registry.all()].filter(({ state }) => state === 'killed').map(({ id }) => id);
      expect(new Set([...began, ...killed.filter((id) => !began.includes(id))])).toEqual(new Set(waited));
    }),
    { numRuns: 600 },
  );
});

it('does not wait for ever where the host was given less memory', async () => {
  const host = new Host(null);
  await host.start(60, false);
  const large = await host.start(90, true);
  const small = await host.start(10, true);
  await host.queue[Symbol.asyncDispose]();
  host.capacity = { ...CAPACITY, capacityBytes: 80 };
  host.boot();
  await host.settle();
  const detail = 'it waited for a slot of 90 B, and the host has 80 B for sessions in all now';
  expect(host.registry.get(large ?? '')).toMatchObject({ state: 'failed', failureReason: 'start', detail });
  expect(host.registry.get(small ?? '')).toMatchObject({ state: 'starting' });
  await host.queue[Symbol.asyncDispose]();
});

afterEach(() => void vi.useRealTimers());

const ending = { at: 1, exitCode: 0, outOfMemory: false, memoryPeakBytes: null, oomKills: 0 };

it('what the shared ledger granted to one that is not let in after all goes back', async () => {
  const host = new Host(0);
  const first = await host.start(100, false);
  const second = await host.start(50, true);
  host.at = (point) => {
    if (point === 'queue.taken') host.draining = true;
  };
  host.registry.apply(first ?? '', { type: 'ended', end: ending });
  await host.settle();
  expect(host.registry.get(second ?? '')?.state).toBe('queued');
  expect([...host.granted.keys()]).toEqual([]);
  await host.queue[Symbol.asyncDispose]();
});

it('asks again by itself where others hold what is needed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const host = new Host(0);
  const first = await host.start(100, false);
  const second = await host.start(50, true);
  host.others = 100;
  host.granted.clear();
  host.registry.apply(first ?? '', { type: 'ended', end: ending });
  await host.settle();
  expect(host.registry.get(second ?? '')?.state).toBe('queued');
  host.others = 0;
  vi.advanceTimersByTime(1000);
  for (let i = 0; i < 40; i++) await Promise.resolve();
  expect(host.registry.get(second ?? '')?.state).toBe('starting');
  await host.queue[Symbol.asyncDispose]();
});

it('lets nobody in who must be laid out anew first: that is for its lane', async () => {
  const host = new Host(null);
  const first = await host.start(100, false);
  const second = (await host.start(50, true)) ?? '';
  host.begun = true;
  host.registry.apply(first ?? '', { type: 'ended', end: ending });
  await host.settle();
  expect(host.registry.get(second)?.state).toBe('queued');
  expect(host.woken).toContain(second);
  await host.queue[Symbol.asyncDispose]();
});

it('newcomers are counted, and looked at once more after whatever had to be waited for', async () => {
  const host = new Host(0);
  host.maxSessions = 1;
  host.boot();
  await host.start(10, false);
  const next = host.admission.candidate({ name: '', memoryBytes: 10, ttlMs: 1 });
  expect(host.admission.full(next)).toMatchObject({ reason: 'QUOTA_EXCEEDED' });
  host.diskFull = true;
  expect(() => host.admission.candidate({ name: '', memoryBytes: 10, ttlMs: 1 })).toThrow(
    expect.objectContaining({ reason: 'DISK_QUOTA' }),
  );
  await host.queue[Symbol.asyncDispose]();

  const other = new Host(null);
  const slot = other.admission.candidate({ name: '', memoryBytes: 60, ttlMs: 1 });
  const meanwhile = other.admission.candidate({ name: '', memoryBytes: 60, ttlMs: 1 });
  other.at = (point) => {
    if (point !== 'slot.taken') return;
    const request = { requestId: 'r', method: 'Reserve', fingerprint: '', sessionId: meanwhile.id };
    other.registry.insert(meanwhile, request);
  };
  let committed = false;
  const taken = other.admission.take(slot, () => {
    committed = true;
  });
  await expect(taken).rejects.toMatchObject({ reason: 'SLOT_EXHAUSTED' });
  expect(committed).toBe(false);
  await other.queue[Symbol.asyncDispose]();
});
