/**
 * Who is told what, and when: a reducer over what the hosts tell, and time. Pure.
 *
 * Invariants: an attention is told at most once, whatever is told again by a host; a session is
 * told of at most once in the cooldown, unless by something more urgent; what is dealt with
 * before it was told is never told. The state is plain JSON, so that a watch that was killed goes
 * on where it stopped.
 *
 * What stood its dwell and could not be told then (quiet hours, or the watch was away) is told
 * afterwards, even if the session went on by itself meanwhile; not if a person dealt with it.
 */
import { type AttentionKind, type ClearReason, isSnoozed, urgency } from '@berth/shared/domain/attention';
import {
  type Item,
  itemOf,
  type NotifyDelivery,
  type NotifyInput,
  type PolicyOptions,
  type PolicyState,
  TOGETHER_ABOVE,
} from './policy-types.ts';
import { quietUntil } from './quiet-hours.ts';

/** While a person looks at the session: ms until we look again. */
const LOOK_AGAIN_MS = 2000;
/** Replayed events come in a burst: ms without one until they are told together, and at most. */
const GATHER_MS = 1000;
const GATHER_MOST_MS = 5000;
/** What was told and never cleared is remembered for this long, to tell of its end. */
const TOLD_KEPT_MS = 7 * 24 * 3_600_000;

export interface Step {
  readonly state: PolicyState;
  readonly deliveries: readonly NotifyDelivery[];
  /** When to come back with a tick, in ms since the epoch; null: not before the next news. */
  readonly next: number | null;
}

export interface Moment {
  /** Ms since the epoch. */
  readonly now: number;
  readonly options: PolicyOptions;
  /** A person provably looks at this session now. */
  readonly looking: (item: Item) => boolean;
}

export const EMPTY_STATE: PolicyState = { seen: {}, waiting: [], told: [], last: {} };

export function step(state: PolicyState, input: NotifyInput, moment: Moment): Step {
  const taken = take(state, input, moment);
  const due = tell(taken.state, moment);
  return { ...due, deliveries: [...taken.deliveries, ...due.deliveries] };
}

interface Taken {
  readonly state: PolicyState;
  readonly deliveries: readonly NotifyDelivery[];
}

function take(state: PolicyState, input: NotifyInput, moment: Moment): Taken {
  const without = { state, deliveries: [] };
  if (input.type === 'tick') return without;
  if (input.type === 'standing') return standing(state, input, moment);
  if (input.number <= (state.seen[input.journalId] ?? 0)) return without;
  const seen = { ...state.seen, [input.journalId]: input.number };
  const next = { ...state, seen };
  switch (input.type) {
    case 'raised':
      return { state: raise(next, input, moment), deliveries: [] };
    case 'cleared':
      return clear(next, input);
    case 'snoozed':
      if (input.until <= moment.now) return { state: next, deliveries: [] };
      return {
        state: { ...next, waiting: next.waiting.filter((item) => !sameSession(item, input)) },
        deliveries: [],
      };
    case 'seen':
      return { state: next, deliveries: [] };
  }
}

function raise(
  state: PolicyState,
  input: Extract<NotifyInput, { type: 'raised' }>,
  { now, options }: Moment,
): PolicyState {
  const { attention, replayed } = input;
  const is = (item: Item) => item.journalId === input.journalId && item.number === attention.event;
  // Known already from what stood when the host's journal did not reach back.
  if (state.waiting.some(is) || state.told.some(is)) return state;
  // A session asks for one thing at a time: what it asked for before is over.
  const waiting = state.waiting.flatMap((item) => (sameSession(item, input) ? overOrGone(item) : [item]));
  if (!options.kinds.includes(attention.kind) || isSnoozed(attention, now)) return { ...state, waiting };
  const ripe = replayed ? now + GATHER_MS : now + options.dwellMs[attention.kind];
  const item = itemOf(input, { since: now, ripe });
  // The burst goes on: what came before in it waits along, though not for ever.
  const held = replayed
    ? waiting.map((other) =>
        other.replayed ? { ...other, ripe: Math.min(ripe, other.since + GATHER_MOST_MS) } : other,
      )
    : waiting;
  return { ...state, waiting: [...held, item] };
}

/** A host's journal does not reach back far enough: what stands now is all that is known. */
function standing(
  state: PolicyState,
  input: Extract<NotifyInput, { type: 'standing' }>,
  moment: Moment,
): Taken {
  const { journalId, host } = input;
  const stands = new Set(input.raised.map(({ attention }) => attention.event));
  const stays = (item: Item) =>
    item.host !== host || (item.journalId === journalId && stands.has(item.number));
  const waiting = state.waiting.filter(stays);
  const told = state.told.filter(stays);
  const ended = state.told.filter((item) => !stays(item));
  const seen = state.seen[journalId] ?? 0;
  const next = input.raised
    .filter(({ attention }) => attention.event > seen)
    .reduce<PolicyState>((before, raised) => raise(before, raised, moment), { ...state, waiting, told });
  // How it ended is among what is gone.
  return { state: next, deliveries: ended.map((item) => ({ kind: 'cleared', item, reason: 'went-on' })) };
}

const BY_A_PERSON: readonly ClearReason[] = ['typed', 'acknowledged'];

function clear(state: PolicyState, input: Extract<NotifyInput, { type: 'cleared' }>): Taken {
  const is = (item: Item) =>
    item.journalId === input.journalId &&
    (input.raised === null ? sameSession(item, input) : item.number === input.raised);
  const waiting = state.waiting.flatMap((item) => {
    if (!is(item)) return [item];
    return BY_A_PERSON.includes(input.reason) ? [] : overOrGone(item);
  });
  const ended = state.told.filter(is);
  const told = state.told.filter((item) => !is(item));
  const deliveries = ended.map((item) => ({ kind: 'cleared', item, reason: input.reason }) as const);
  return { state: { ...state, waiting, told }, deliveries };
}

/** It no longer stands: told all the same if it could not be told while it did. */
function overOrGone(item: Item): Item[] {
  return item.replayed || item.quiet ? [{ ...item, over: true }] : [];
}

function tell(state: PolicyState, moment: Moment): Step {
  const { now, options } = moment;
  const due: Item[] = [];
  const waiting: Item[] = [];
  let next: number | null = null;
  const later = (item: Item, at: number) => {
    waiting.push(item);
    next = next === null ? at : Math.min(next, at);
  };
  for (const item of state.waiting) {
    const quiet = options.quietExcept.includes(item.kind) ? null : quietUntil(now, options.quietHours);
    if (item.ripe > now) later(item, item.ripe);
    else if (quiet !== null) later({ ...item, quiet: true }, quiet);
    else if (item.over && cooled(state, item, options) > now) {
      // Neither news nor asked for: the session was told of a moment ago.
    } else if (cooled(state, item, options) > now) later(item, cooled(state, item, options));
    else if (!item.over && moment.looking(item)) later(item, now + LOOK_AGAIN_MS);
    else due.push(item);
  }
  const last = Object.fromEntries(
    Object.entries(state.last).filter(([, { at }]) => now - at < options.cooldownMs),
  );
  for (const item of due) last[sessionKey(item)] = { at: now, kind: item.kind };
  const told = [
    ...state.told.filter((item) => now - item.since < TOLD_KEPT_MS),
    ...due.filter(({ over }) => !over),
  ];
  return { state: { ...state, waiting, told, last }, deliveries: gathered(due), next };
}

/** One by one while they are few and of as many sessions; else, and after quiet hours, all in one. */
function gathered(due: readonly Item[]): NotifyDelivery[] {
  const sessions = new Set(due.map(sessionKey));
  const together = sessions.size < due.length || due.filter(({ quiet }) => quiet).length > 1;
  if (together || due.length > TOGETHER_ABOVE) return [{ kind: 'summary', items: due }];
  return due.map((item) => ({ kind: 'attention', item }));
}

/** From when on its session may be told of again. */
function cooled(state: PolicyState, item: Item, options: PolicyOptions): number {
  const last = state.last[sessionKey(item)];
  if (!last || moreUrgent(item.kind, last.kind)) return 0;
  return last.at + options.cooldownMs;
}

function moreUrgent(kind: AttentionKind, than: AttentionKind): boolean {
  return urgency({ kind }) < urgency({ kind: than });
}

interface Named {
  readonly journalId: string;
  readonly sessionId: string;
}

function sessionKey({ journalId, sessionId }: Named): string {
  return `${journalId} ${sessionId}`;
}

function sameSession(a: Named, b: Named): boolean {
  return sessionKey(a) === sessionKey(b);
}
