import { ATTENTION_KINDS, type AttentionKind, urgency } from '@berth/shared/domain/attention';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY_STATE, type Moment, step } from './policy.ts';
import type { Item, NotifyDelivery, NotifyInput, PolicyOptions, Raised } from './policy-types.ts';
import { parseQuietHours } from './quiet-hours.ts';

const DWELL = 5000;
const COOLDOWN = 60_000;
const dwellMs = { permission: DWELL, input: DWELL, error: 1000, done: 1000, bell: 1000 };
const OPTIONS: PolicyOptions = {
  dwellMs,
  cooldownMs: COOLDOWN,
  kinds: ATTENTION_KINDS,
  quietHours: null,
  quietExcept: [],
};
/** Noon, here. */
const NOON = new Date(2026, 5, 1, 12).getTime();
const at = (hour: number, day = 1) => new Date(2026, 5, day, hour).getTime();

interface Told {
  readonly at: number;
  readonly delivery: NotifyDelivery;
}

/** Keeps the reducer's promise to come back at `next`; the state goes through JSON on the way. */
class Driver {
  state = EMPTY_STATE;
  next: number | null = null;
  now: number;
  readonly told: Told[] = [];
  readonly #moment: Omit<Moment, 'now'>;
  #number = 0;

  constructor(
    over: Partial<PolicyOptions> & { looking?: (item: Item, now: number) => boolean } = {},
    now = NOON,
  ) {
    const { looking = () => false, ...options } = over;
    this.now = now;
    this.#moment = { options: { ...OPTIONS, ...options }, looking: (item) => looking(item, this.now) };
  }

  until(time: number): this {
    for (let turns = 0; this.next !== null && this.next <= time; turns++) {
      if (turns > 10_000) throw new Error('the policy comes back without end');
      this.now = Math.max(this.now, this.next);
      this.give({ type: 'tick' });
    }
    this.now = time;
    return this;
  }

  give(input: NotifyInput): this {
    const done = step(this.state, input, { ...this.#moment, now: this.now });
    this.state = JSON.parse(JSON.stringify(done.state));
    this.next = done.next;
    if (this.next !== null && this.next <= this.now) throw new Error('the policy asks for the past');
    this.told.push(...done.deliveries.map((delivery) => ({ at: this.now, delivery })));
    return this;
  }

  raise(
    kind: AttentionKind,
    over: { session?: string; replayed?: boolean; snoozedUntil?: number } = {},
  ): number {
    this.give(this.raised(kind, over));
    return this.#number;
  }

  raised(
    kind: AttentionKind,
    { session = 's', replayed = false, snoozedUntil }: Parameters<Driver['raise']>[1] = {},
  ): Raised {
    const number = ++this.#number;
    const attention = {
      kind,
      reason: `${kind}!`,
      line: '',
      source: 'hook',
      since: this.now,
      event: number,
    } as const;
    const where = { journalId: 'j', host: 'h', sessionId: session, sessionName: '' };
    return {
      type: 'raised',
      ...where,
      number,
      attention: { ...attention, snoozedUntil: snoozedUntil ?? null },
      replayed,
    };
  }

  clear(raised: number, reason: 'typed' | 'went-on' | 'replaced' = 'typed', session = 's'): this {
    return this.give({
      type: 'cleared',
      journalId: 'j',
      sessionId: session,
      number: ++this.#number,
      raised,
      reason,
    });
  }

  snooze(until: number): this {
    return this.give({ type: 'snoozed', journalId: 'j', sessionId: 's', number: ++this.#number, until });
  }

  /** Numbers of what was told, a summary as a list. */
  get numbers(): (number | number[])[] {
    return this.told.flatMap<number | number[]>(({ delivery }) =>
      delivery.kind === 'attention'
        ? [delivery.item.number]
        : delivery.kind === 'summary'
          ? [delivery.items.map((i) => i.number)]
          : [],
    );
  }
}

describe('dwell', () => {
  test('told once when it still stands after it, not before', () => {
    const d = new Driver();
    d.raise('input');
    expect(d.until(NOON + DWELL - 1).numbers).toEqual([]);
    expect(d.until(NOON + DWELL).numbers).toEqual([1]);
    expect(d.until(NOON + 3_600_000).numbers).toEqual([1]);
  });
  test.each(['typed', 'went-on', 'replaced'] as const)('%s within it: nothing', (reason) => {
    const d = new Driver();
    const raised = d.raise('permission');
    d.until(NOON + DWELL - 1).clear(raised, reason);
    expect(d.until(NOON + 3_600_000).told).toEqual([]);
  });
  test('the end of what was told is told too, once', () => {
    const d = new Driver();
    const raised = d.raise('done');
    d.until(NOON + DWELL)
      .clear(raised)
      .clear(raised);
    expect(d.told.map(({ delivery }) => delivery.kind)).toEqual(['attention', 'cleared']);
  });
});

describe('cooldown', () => {
  test('the next attention of the session waits for its end', () => {
    const d = new Driver();
    d.clear(d.raise('done'));
    d.raise('done');
    d.until(NOON + 1000);
    d.raise('bell');
    expect(d.until(NOON + 1000 + COOLDOWN - 1).numbers).toEqual([3]);
    expect(d.until(NOON + 1000 + COOLDOWN).numbers).toEqual([3, 4]);
  });
  test('something more urgent does not wait', () => {
    const d = new Driver();
    d.raise('bell');
    d.until(NOON + 1000);
    d.raise('permission');
    expect(d.until(NOON + 1000 + DWELL).numbers).toEqual([1, 2]);
  });
  test('another session does not wait', () => {
    const d = new Driver();
    d.raise('bell', { session: 'a' });
    d.raise('bell', { session: 'b' });
    expect(d.until(NOON + 1000).numbers).toEqual([1, 2]);
  });
});

test('snoozed: nothing until it is raised anew', () => {
  const d = new Driver();
  d.raise('input');
  d.snooze(NOON + 60_000);
  expect(d.until(NOON + 120_000).numbers).toEqual([]);
  d.raise('input', { snoozedUntil: d.now + 1 });
  expect(d.until(NOON + 240_000).numbers).toEqual([]);
  const again = d.raise('input');
  expect(d.until(NOON + 300_000).numbers).toEqual([again]);
});

test('kinds that nobody wants are not told', () => {
  const d = new Driver({ kinds: ['permission'] });
  d.raise('bell');
  expect(d.until(NOON + 60_000).told).toEqual([]);
});

test('the same event again is told once', () => {
  const d = new Driver();
  const raised = d.raised('bell');
  d.give(raised)
    .until(NOON + 1000)
    .give({ ...raised, replayed: true });
  expect(d.until(NOON + 3_600_000).numbers).toEqual([1]);
});

test('held back while a person looks, and told when they look away', () => {
  const d = new Driver({ looking: (_item, now) => now < NOON + 20_000 });
  d.raise('bell');
  expect(d.until(NOON + 19_999).numbers).toEqual([]);
  expect(d.until(NOON + 23_000).numbers).toEqual([1]);
});

describe('quiet hours', () => {
  const quietHours = parseQuietHours('22:00-07:00');
  test('what came in them is told as one at their end, but for what a person saw to', () => {
    const d = new Driver({ quietHours }, at(23));
    const a = d.raise('input', { session: 'a' });
    const b = d.raise('input', { session: 'b' });
    const c = d.raise('bell', { session: 'c' });
    d.until(at(24)).clear(b, 'typed', 'b').clear(c, 'went-on', 'c');
    expect(d.until(at(7, 2) - 1).told).toEqual([]);
    d.until(at(7, 2));
    expect(d.numbers).toEqual([[a, c]]);
    expect(d.told[0]?.delivery).toMatchObject({ items: [{ over: false }, { over: true }] });
  });
  test('one alone is told as itself', () => {
    const d = new Driver({ quietHours }, at(23));
    const raised = d.raise('input');
    expect(d.until(at(8, 2)).numbers).toEqual([raised]);
  });
  test('kinds that are let through are told in them', () => {
    const d = new Driver({ quietHours, quietExcept: ['permission'] }, at(23));
    const raised = d.raise('permission');
    expect(d.until(at(23) + DWELL).numbers).toEqual([raised]);
  });
});

describe('replayed', () => {
  test('up to five one by one and without dwell', () => {
    const d = new Driver();
    for (const session of ['a', 'b', 'c', 'd', 'e']) d.raise('input', { session, replayed: true });
    expect(d.until(NOON + 1000).numbers).toEqual([1, 2, 3, 4, 5]);
  });
  test('more in one, the ones that went on included and those that a person saw to left out', () => {
    const d = new Driver();
    const all = 'abcdefgh'.split('').map((session) => d.raise('input', { session, replayed: true }));
    d.clear(all[0] ?? 0, 'typed', 'a').clear(all[1] ?? 0, 'went-on', 'b');
    expect(d.until(NOON + 2000).numbers).toEqual([all.slice(1)]);
  });
  test('several of one session in one, so that it is told of once', () => {
    const d = new Driver();
    d.raise('input', { replayed: true });
    d.raise('done', { replayed: true });
    expect(d.until(NOON + 2000).numbers).toEqual([[1, 2]]);
  });
  test('a burst is told within five seconds, however long it goes on', () => {
    const d = new Driver();
    for (let i = 0; i < 20; i++) {
      d.raise('input', { session: `s${i}`, replayed: true });
      d.until(NOON + (i + 1) * 500);
    }
    expect(d.told[0]?.at).toBeLessThanOrEqual(NOON + 5000);
    expect(
      d
        .until(NOON + 20_000)
        .numbers.flat()
        .sort(),
    ).toHaveLength(20);
  });
});

test('where the journal does not reach back, what stands is told, and nothing twice', () => {
  const d = new Driver();
  const known = d.raise('input', { session: 'a' });
  d.until(NOON + DWELL);
  const gone = d.raise('input', { session: 'b' });
  const missed = { ...d.raised('input', { session: 'c' }), replayed: true };
  d.give({ type: 'standing', host: 'h', journalId: 'j', raised: [missed] });
  d.give(missed);
  d.until(NOON + 60_000);
  expect(d.numbers).toEqual([known, missed.number]);
  expect(d.numbers).not.toContain(gone);
  expect(d.told.filter(({ delivery }) => delivery.kind === 'cleared')).toMatchObject([
    { delivery: { item: { number: known } } },
  ]);
});

describe('whatever happens', () => {
  const kind = fc.constantFrom(...ATTENTION_KINDS);
  const session = fc.constantFrom('a', 'b', 'c');
  const wait = fc.integer({ min: 0, max: 90_000 });
  const action = fc.oneof(
    fc.record({ do: fc.constant('raise' as const), session, kind, wait, replayed: fc.boolean() }),
    fc.record({ do: fc.constant('clear' as const), session, kind, wait, replayed: fc.constant(false) }),
  );

  const play = (
    actions: readonly {
      do: 'raise' | 'clear';
      session: string;
      kind: AttentionKind;
      wait: number;
      replayed: boolean;
    }[],
    over: Partial<PolicyOptions> = {},
  ) => {
    const d = new Driver(over);
    const standing = new Map<
      string,
      { number: number; kind: AttentionKind; from: number; replayed: boolean }
    >();
    const spans: {
      number: number;
      session: string;
      kind: AttentionKind;
      from: number;
      to: number;
      replayed: boolean;
    }[] = [];
    const end = (name: string) => {
      const span = standing.get(name);
      if (!span) return;
      spans.push({ ...span, session: name, to: d.now });
      d.clear(span.number, 'replaced', name);
      standing.delete(name);
    };
    for (const a of actions) {
      d.until(d.now + a.wait);
      end(a.session);
      if (a.do === 'raise')
        standing.set(a.session, {
          number: d.raise(a.kind, a),
          kind: a.kind,
          from: d.now,
          replayed: a.replayed,
        });
    }
    d.until(d.now + 24 * 3_600_000);
    for (const name of [...standing.keys()]) end(name);
    return { d, spans };
  };

  const told = (d: Driver) =>
    d.told.flatMap(({ at: time, delivery }) =>
      delivery.kind === 'cleared'
        ? []
        : (delivery.kind === 'attention' ? [delivery.item] : delivery.items).map((item) => ({ time, item })),
    );

  test('an attention is told at most once, and a session at most once in the cooldown', () => {
    const quiet = fc.constantFrom(null, '13:00-12:30', '12:00-12:05');
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), quiet, (actions, hours) => {
        const { d } = play(actions, { quietHours: hours ? parseQuietHours(hours) : null });
        const all = told(d);
        expect(new Set(all.map(({ item }) => item.number)).size).toBe(all.length);
        for (const name of ['a', 'b', 'c']) {
          const own = all.filter(({ item }) => item.sessionId === name);
          own.forEach(({ time, item }, i) => {
            const before = own[i - 1];
            if (!before || before.time === time || time - before.time >= COOLDOWN) return;
            expect(urgency(item)).toBeLessThan(urgency(before.item));
          });
        }
      }),
    );
  });

  test('what stands for its dwell and the cooldown is told exactly once, what does not is not', () => {
    const live = action.map((a) => ({ ...a, replayed: false }));
    fc.assert(
      fc.property(fc.array(live, { maxLength: 40 }), (actions) => {
        const { d, spans } = play(actions);
        const numbers = told(d).map(({ item }) => item.number);
        const last = new Map<string, { at: number; kind: AttentionKind }>();
        for (const span of spans.sort((x, y) => x.from - y.from || x.number - y.number)) {
          const before = last.get(span.session);
          const free = !before || urgency(span) < urgency(before) ? 0 : before.at + COOLDOWN;
          const due = Math.max(span.from + dwellMs[span.kind], free);
          // Told at its due time, before whatever else comes at that moment.
          const expected = due <= span.to;
          if (expected) last.set(span.session, { at: due, kind: span.kind });
          expect(numbers.filter((n) => n === span.number)).toHaveLength(expected ? 1 : 0);
        }
      }),
    );
  });
});
