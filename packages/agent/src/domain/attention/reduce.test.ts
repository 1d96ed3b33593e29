import { ATTENTION_KINDS } from '@berth/shared/domain/attention';
import type { Fact } from '@berth/shared/domain/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttentionState, NO_PULSE, NOTHING_KNOWN, type Pulse } from './evidence.ts';
import { HOOK_STATUSES, type HookStatus } from './hook-report.ts';
import { reduce, type Signal, settle } from './reduce.ts';
import { FRESH_MS, judge, STALE_MS } from './rules.ts';

/** What is told when these signals come, one after the other; `now` is the time of each signal. */
class Life {
  state: AttentionState = NOTHING_KNOWN;
  told: Fact[] = [];
  pulse: Pulse = NO_PULSE;
  now = 0;

  after(at: number, signal?: Signal): this {
    this.now = at;
    if (signal) this.state = reduce(this.state, signal);
    const settled = settle(this.state, { pulse: this.pulse, now: at, nextEvent: this.told.length + 1 });
    this.state = settled.state;
    this.told.push(...settled.facts);
    return this;
  }

  /** kinds raised and reasons of clearing, in order. */
  get story(): string[] {
    return this.told.flatMap((fact) => {
      if (fact.type === 'attentionRaised') return [`+${fact.attention.kind}`];
      if (fact.type === 'attentionCleared') return [`-${fact.kind} ${fact.reason}`];
      return [];
    });
  }

  get stands(): string | null {
    return this.state.standing?.kind ?? null;
  }
}

const hook = (at: number, status: HookStatus, message = ''): Signal => ({
  type: 'hook',
  at,
  report: { status, message, line: '', seen: status, figures: null },
});
const bell = (at: number): Signal => ({ type: 'screen', at, line: 'x', signal: { type: 'bell', offset: 1 } });
const typed = (at: number): Signal => ({ type: 'answered', at, by: 'typed' });
const prompt = (at: number, line: string | null, context = ''): Signal => ({
  type: 'prompt',
  at,
  prompt: line === null ? null : { kind: 'input', reason: 'asks', line, context },
});
const exit = (at: number, state: 'completed' | 'failed' | 'killed' | 'lost', watched = false): Signal => ({
  type: 'exit',
  session: { state, detail: 'exit code 1', endedAt: at, exitCode: state === 'failed' ? 1 : 0 },
  line: '',
  watched,
});

describe('one attention is told once', () => {
  it('however often it rings', () => {
    expect(new Life().after(1, bell(1)).after(2, bell(2)).after(3, bell(3)).story).toEqual(['+bell']);
  });
  it('and again once it was answered', () => {
    expect(new Life().after(1, bell(1)).after(2, typed(2)).after(3, bell(3)).story).toEqual([
      '+bell',
      '-bell typed',
      '+bell',
    ]);
  });
  it('and keeps the number of its event', () => {
    const life = new Life().after(1, bell(1)).after(2, bell(2));
    expect(life.state.standing).toMatchObject({ event: 1, since: 1 });
  });
  it('where a prompt is repainted', () => {
    const life = new Life().after(1, prompt(1, 'Sure?')).after(2, typed(2)).after(3, prompt(3, 'Sure?'));
    expect(life.story).toEqual(['+input', '-input typed']);
    expect(life.after(4, prompt(4, 'Sure?', 'something else above')).stands).toBe('input');
  });
});

describe('whom to believe', () => {
  it('the more urgent takes the place of the less urgent, and not the other way round', () => {
    const life = new Life().after(1, bell(1)).after(2, hook(2, 'permission')).after(3, bell(3));
    expect(life.story).toEqual(['+bell', '-bell replaced', '+permission']);
  });
  it('a hook that goes on clears what it asked, and what the screen showed before', () => {
    const life = new Life().after(1, hook(1, 'permission')).after(2, bell(2)).after(3, hook(3, 'working'));
    expect(life.story).toEqual(['+permission', '-permission went-on']);
  });
  it('what the screen showed before the hook last spoke is old news, whatever the hook said', () => {
    const life = new Life().after(1, bell(1)).after(2, hook(2, 'idle'));
    expect(life.story).toEqual(['+bell', '-bell went-on']);
  });
  it('a fresh "working" outweighs the screen; an older one does not', () => {
    expect(new Life().after(1, hook(1, 'working')).after(2, bell(2)).stands).toBeNull();
    const later = FRESH_MS + 2;
    expect(new Life().after(1, hook(1, 'working')).after(later, bell(later)).stands).toBe('bell');
  });
  it('a "working" that nothing confirms goes stale', () => {
    const life = new Life().after(1, hook(1, 'working'));
    expect(life.state.activity).toBe('working');
    expect(life.after(STALE_MS + 1).state.activity).toBe('unknown');
    const printing = new Life();
    printing.pulse = { printing: true, printedAt: STALE_MS, cpuPercent: null };
    expect(printing.after(1, hook(1, 'working')).after(STALE_MS + 1).state.activity).toBe('working');
  });
  it('an older report that is read late changes nothing', () => {
    expect(new Life().after(5, hook(5, 'working')).after(6, hook(3, 'permission')).stands).toBeNull();
  });
  it('a permission that was refused by a key clears, though no hook says so', () => {
    expect(new Life().after(1, hook(1, 'permission')).after(2, typed(2)).stands).toBeNull();
  });
  it('a prompt that is gone from the screen answers what the hook asked', () => {
    const life = new Life()
      .after(1, hook(1, 'permission'))
      .after(2, prompt(2, 'Sure?'))
      .after(9, prompt(9, null));
    expect(life.stands).toBeNull();
  });
  it('without a word from anybody output tells whether it works', () => {
    const life = new Life();
    life.pulse = { printing: true, printedAt: 1, cpuPercent: null };
    expect(life.after(1).state.activity).toBe('working');
    life.pulse = { printing: false, printedAt: 1, cpuPercent: null };
    expect(life.after(2).state.activity).toBe('idle');
    life.pulse = { printing: false, printedAt: 1, cpuPercent: 90 };
    expect(life.after(3).state.activity).toBe('working');
  });
});

describe('the end', () => {
  it('goes before everything', () => {
    const life = new Life().after(1, hook(1, 'permission')).after(2, exit(2, 'completed'));
    expect(life.story).toEqual(['+permission', '-permission replaced', '+done']);
    expect(life.after(3, bell(3)).after(4, hook(4, 'waiting')).stands).toBe('done');
  });
  it('is told once where a hook has told it before', () => {
    const life = new Life().after(1, hook(1, 'done')).after(2, exit(2, 'completed'));
    expect(life.story).toEqual(['+done']);
    expect(new Life().after(1, hook(1, 'done')).after(2, exit(2, 'failed')).story).toEqual([
      '+done',
      '-done replaced',
      '+error',
    ]);
    expect(new Life().after(1, bell(1)).after(2, exit(2, 'completed')).stands).toBe('done');
  });
  it('is an error where it failed, and nothing where somebody killed it', () => {
    expect(new Life().after(1, exit(1, 'failed')).stands).toBe('error');
    expect(new Life().after(1, exit(1, 'lost')).stands).toBe('error');
    expect(new Life().after(1, bell(1)).after(2, exit(2, 'killed')).story).toEqual(['+bell', '-bell ended']);
  });
  it('is no news to who was typing', () => {
    expect(new Life().after(1, exit(1, 'completed', true)).story).toEqual([]);
  });
  it('can be acknowledged', () => {
    const life = new Life().after(1, exit(1, 'completed'));
    expect(life.after(2, { type: 'answered', at: 2, by: 'acknowledged' }).story).toEqual([
      '+done',
      '-done acknowledged',
    ]);
  });
});

describe('a snooze', () => {
  it('is over at its time, and what stands is raised anew', () => {
    const life = new Life().after(1, bell(1)).after(2, { type: 'snooze', until: 10 });
    expect(life.state.standing).toMatchObject({ snoozedUntil: 10, event: 1 });
    expect(life.after(9).story).toEqual(['+bell']);
    expect(life.after(10).story).toEqual(['+bell', '+bell']);
    expect(life.state.standing).toMatchObject({ snoozedUntil: null, since: 1 });
  });
  it('quiets what is raised during it', () => {
    const life = new Life().after(1, { type: 'snooze', until: 10 }).after(2, bell(2));
    expect(life.state.standing?.snoozedUntil).toBe(10);
  });
});

it('a long command of a shell is told of, a short one is not', () => {
  const command = (ranMs: number, exitCode: number): Signal => ({
    type: 'commandEnded',
    at: 5,
    ranMs,
    exitCode,
    line: '',
  });
  expect(new Life().after(5, command(31_000, 0)).stands).toBe('done');
  expect(new Life().after(5, command(31_000, 2)).stands).toBe('error');
  expect(new Life().after(5, command(100, 2)).stands).toBeNull();
});

it('figures of a hook are added up', () => {
  const figures = (change: object): Signal => ({
    type: 'hook',
    at: 1,
    report: { status: null, message: '', line: '', seen: '', figures: change },
  });
  const life = new Life().after(1, figures({ turns: 2, toolCalls: { Bash: 1 }, subagents: -1 }));
  life.after(2, figures({ turns: 1, toolCalls: { Bash: 1, Read: 1 }, subagents: 1 }));
  expect(life.state.figures).toEqual({
    turns: 3,
    inputTokens: 0,
    outputTokens: 0,
    toolCalls: { Bash: 2, Read: 1 },
    subagents: 1,
  });
});

it('a hook that says again what was said is no news', () => {
  const echo = (at: number): Signal => ({
    type: 'hook',
    at,
    report: {
      status: 'permission',
      message: 'asks',
      line: '',
      seen: '',
      figures: null,
      echoOf: ['permission'],
    },
  });
  const life = new Life().after(1, hook(1, 'permission', 'wants to run Bash')).after(8, echo(8));
  expect(life.story).toEqual(['+permission']);
  expect(life.state.standing?.reason).toBe('wants to run Bash');
  expect(life.after(9, typed(9)).after(10, echo(10)).stands).toBeNull();
  expect(new Life().after(1, echo(1)).stands).toBe('permission');
});

const signals: fc.Arbitrary<(at: number) => Signal> = fc.oneof(
  fc.constantFrom(...HOOK_STATUSES).map((status) => (at: number) => hook(at, status)),
  fc.constant(bell),
  fc.constant(typed),
  fc.constant((at: number) => ({ type: 'answered', at, by: 'acknowledged' }) as const),
  fc.constantFrom('a?', 'b?', null).map((line) => (at: number) => prompt(at, line)),
  fc.nat(50).map((ms) => (at: number) => ({ type: 'snooze', until: at + ms }) as const),
  fc.constantFrom('completed', 'failed', 'killed').map((state) => (at: number) => exit(at, state)),
  fc.constant((at: number) => ({ type: 'kernelKill', at, kills: 1 }) as const),
);

it('holds its promises whatever comes', () => {
  fc.assert(
    fc.property(fc.array(signals, { maxLength: 30 }), (steps) => {
      const life = new Life();
      let standing: number | null = null;
      for (const [index, step] of steps.entries()) {
        const at = (index + 1) * 10;
        const before = life.told.length;
        life.after(at, step(at));
        for (const [offset, fact] of life.told.slice(before).entries()) {
          // Raised and cleared take turns, and speak of each other by the events' numbers.
          if (fact.type === 'attentionRaised') {
            expect(fact.attention.event).toBe(before + offset + 1);
            standing = fact.attention.event;
          } else if (fact.type === 'attentionCleared') {
            expect(fact.raised).toBe(standing);
            standing = null;
          }
        }
        // What stands is what was told, and what the rules say now.
        expect(life.state.standing?.event ?? null).toBe(standing);
        const { asks, verdicts } = judge(life.state, life.pulse, at);
        expect(life.state.standing?.kind ?? null).toBe(asks?.attention ?? null);
        expect(verdicts.filter(({ holds }) => holds).length).toBeLessThanOrEqual(1);
        expect(
          verdicts.every(({ holds, lost }) => holds === (lost === '') || verdicts.every((v) => !v.holds)),
        ).toBe(true);
        // Nothing new happened: nothing is told.
        const told = life.told.length;
        expect(life.after(at).told.length).toBe(told);
        // The state is kept as JSON.
        expect(JSON.parse(JSON.stringify(life.state))).toEqual(life.state);
      }
    }),
  );
});

it('knows every kind', () => {
  const kinds = [hook(1, 'permission'), hook(1, 'waiting'), hook(1, 'error'), hook(1, 'done'), bell(1)].map(
    (signal) => new Life().after(1, signal).stands,
  );
  expect(kinds).toEqual([...ATTENTION_KINDS]);
});
