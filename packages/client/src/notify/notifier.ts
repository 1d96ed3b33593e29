/**
 * News of the fleet -> the policy -> the channels.
 *
 * Invariants: news are taken one after the other, in order; what is told durably (webhooks) is on
 * disk before the policy's state says so, the rest comes after: a kill in between never loses a
 * webhook's delivery and never shows a notification twice.
 */
import { externalAsSession, externalId } from '@berth/shared/domain/external-session';
import { raisedBy } from '../fleet/attention-event.ts';
import type { FleetNews, LiveHost } from '../fleet/live-fleet.ts';
import type { Channel } from './channel.ts';
import { type Moment, step } from './policy.ts';
import type {
  Item,
  NotifyDelivery,
  NotifyInput,
  PolicyOptions,
  PolicyState,
  Raised,
} from './policy-types.ts';

/** A timer's longest wait. */
const LONGEST_MS = 2 ** 31 - 1;

export interface NotifierOptions {
  readonly policy: PolicyOptions;
  /** Where the state outlives the process. */
  readonly store: { load(): PolicyState; save(state: PolicyState): void };
  /** Told before the state is saved. */
  readonly durable: readonly Channel[];
  readonly channels: readonly Channel[];
  readonly looking: (item: Item, now: number) => boolean;
  /** What a channel could not do. */
  readonly failed: (error: unknown) => void;
  readonly now?: () => number;
}

export class Notifier implements AsyncDisposable {
  readonly #o: NotifierOptions;
  readonly #now: () => number;
  #state: PolicyState;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** What was given is done in order. */
  #work: Promise<void> = Promise.resolve();
  /** What each of the other channels is at. */
  readonly #telling = new Map<Channel, Promise<void>>();

  constructor(options: NotifierOptions) {
    this.#o = options;
    this.#now = options.now ?? Date.now;
    this.#state = options.store.load();
    this.#give({ type: 'tick' });
  }

  /** Resolves when what follows from it was handed to the channels, and is kept. */
  take(news: FleetNews): Promise<void> {
    const input = inputOf(news);
    if (input) this.#give(input);
    return this.#work;
  }

  /** After a `gone`: what stands on the host is all that is known of the time before. */
  standing(journalId: string, host: LiveHost): Promise<void> {
    const raised = standingOn(journalId, host);
    this.#give({ type: 'standing', host: host.config.name, journalId, raised });
    return this.#work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#work;
    await Promise.all(this.#telling.values());
  }

  #give(input: NotifyInput): void {
    this.#work = this.#work.then(() => this.#step(input)).catch((error) => this.#o.failed(error));
  }

  async #step(input: NotifyInput): Promise<void> {
    const { policy: options, looking, durable, channels, store } = this.#o;
    const now = this.#now();
    const moment: Moment = { now, options, looking: (item) => looking(item, now) };
    const { state, deliveries, next } = step(this.#state, input, moment);
    this.#comeBack(next);
    if (input.type === 'seen' && deliveries.length === 0) {
      // Nothing hangs on the number alone: it goes to disk with the next that matters.
      this.#state = state;
      return;
    }
    await Promise.all(durable.map((channel) => this.#tell(channel, deliveries)));
    this.#state = state;
    try {
      store.save(state);
    } catch (error) {
      // Told all the same: a full disk is no reason to keep quiet.
      this.#o.failed(error);
    }
    // Not waited for: a notifier that hangs holds nobody up but itself.
    for (const channel of channels)
      this.#telling.set(
        channel,
        (this.#telling.get(channel) ?? Promise.resolve()).then(() => this.#tell(channel, deliveries)),
      );
  }

  /** One after the other. Never rejects. */
  async #tell(channel: Channel, deliveries: readonly NotifyDelivery[]): Promise<void> {
    for (const delivery of deliveries) await channel.deliver(delivery).catch(this.#o.failed);
  }

  #comeBack(next: number | null): void {
    clearTimeout(this.#timer);
    if (next === null || this.#closed) return;
    const ms = Math.min(Math.max(0, next - this.#now()), LONGEST_MS);
    this.#timer = setTimeout(() => this.#give({ type: 'tick' }), ms);
  }
}

function inputOf(news: FleetNews): NotifyInput | null {
  if (news.kind !== 'event') return null;
  const { journalId, event, replayed, host } = news;
  const { number, sessionId, fact } = event;
  const of = { journalId, number, sessionId };
  const raised = raisedBy(event);
  if (raised) return { type: 'raised', journalId, number, ...raised, host: host.name, replayed };
  switch (fact.type) {
    case 'attentionCleared':
      return { type: 'cleared', ...of, raised: fact.raised, reason: fact.reason };
    case 'attentionSnoozed':
      return { type: 'snoozed', ...of, until: fact.until };
    case 'externalChanged': {
      const { name, attention } = fact.session;
      const theirs = { journalId, number, sessionId: externalId(name) };
      if (fact.cleared) return { type: 'cleared', ...theirs, raised: null, reason: fact.cleared };
      const until = attention?.snoozedUntil ?? null;
      return until === null ? { type: 'seen', journalId, number } : { type: 'snoozed', ...theirs, until };
    }
    default:
      return { type: 'seen', journalId, number };
  }
}

function standingOn(journalId: string, host: LiveHost): Raised[] {
  const all = [...host.sessions.values(), ...host.external.map(externalAsSession)];
  return all.flatMap(({ id: sessionId, name: sessionName, attention }) => {
    if (!attention) return [];
    const of = { journalId, number: attention.event, host: host.config.name, sessionId, sessionName };
    return [{ type: 'raised', ...of, attention, replayed: true }];
  });
}
