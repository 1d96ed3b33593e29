/**
 * Keeps one host in sight, for as long as it runs. Invariants:
 * - what is known is changed by the model alone, after each message;
 * - streams give no sign when the other end freezes or the network goes: a call in intervals does;
 * - a link that broke is tried again for ever, ever more slowly, and the events go on where they ended.
 */
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { HostEvent } from '@berth/shared/domain/event';
import type { HostConfig } from '../../config/remotes.ts';
import type { HostClient } from '../../rpc/host-client.ts';
import { backoffMs } from '../backoff.ts';
import type { FleetNews, LiveHost } from '../live-fleet.ts';
import { within } from '../within.ts';
import type { Alarm } from './alarm.ts';
import type { EventCursor } from './event-cursor.ts';
import { type HostMessage, nextHost } from './host-model.ts';
import type { Turns } from './turns.ts';

export interface LoopTimes {
  /** For making the link and the first answers over it. */
  readonly handshakeMs: number;
  /** Between two signs of life, and how long one may take. */
  readonly heartbeatMs: number;
  readonly heartbeatLimitMs: number;
  /** Between two looks at what events do not tell (memory, CPU); null: nobody wants it. */
  readonly refreshMs: number | null;
  /** The longest wait between two tries. */
  readonly backoffMostMs: number;
}

export interface LoopOptions {
  readonly host: LiveHost;
  readonly cursor: EventCursor;
  readonly connect: (host: HostConfig, options: { signal: AbortSignal }) => Promise<HostClient>;
  /** Shared with the loops of the other hosts. */
  readonly handshakes: Turns;
  readonly alarm: Alarm;
  readonly times: LoopTimes;
  /** Somebody looks: while nobody does, what events do not tell is not asked for. */
  readonly watched: () => boolean;
  readonly changed: (host: LiveHost) => void;
  /** The next news waits until it resolves. */
  readonly tell: (news: FleetNews) => Promise<void>;
  readonly now: () => number;
  readonly random: () => number;
}

/** Where an agent does not tell events it is asked this often. */
const POLL_MS = 5000;

export class HostLoop {
  readonly #o: LoopOptions;
  readonly #name: string;
  #host: LiveHost;
  /** Newest event of the last listing: those up to it are in it. */
  #asOf = 0;
  /** Number of the last event that went into the model. */
  #applied = 0;
  /** The link of this try came about. */
  #wasUp = false;

  constructor(options: LoopOptions) {
    this.#o = options;
    this.#host = options.host;
    this.#name = options.host.config.name;
  }

  /** Ends only when the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { alarm, times, random } = this.#o;
    for (let attempt = 0; !signal.aborted; attempt++) {
      this.#wasUp = false;
      const error = await this.#live(signal).catch((thrown: unknown) => thrown);
      if (signal.aborted) return;
      if (this.#wasUp) attempt = 0;
      else await this.#relink({ kind: 'unreachable', error: messageOf(error) });
      await alarm.pause(backoffMs(attempt, random(), times.backoffMostMs), signal);
    }
  }

  /** From a handshake to the end of the link: rejects with what ended it. */
  async #live(signal: AbortSignal): Promise<void> {
    const client = await this.#o.handshakes.run(() => this.#shakeHands(signal));
    this.#wasUp = true;
    await this.#relink({ kind: 'connected' });
    const broken = new AbortController();
    const scope = AbortSignal.any([signal, broken.signal]);
    const { promise: failed, reject } = Promise.withResolvers<never>();
    const parts = [this.#follow(client, scope), this.#beat(client, scope), this.#refresh(client, scope)];
    // One that waits for its news to be taken is waited for: what was told is told once.
    const ended = Promise.all(parts.map((part) => part.catch(reject)));
    try {
      await Promise.race([failed, ended]);
    } finally {
      broken.abort();
      if (!signal.aborted) await this.#relink({ kind: 'connecting' });
      await ended;
    }
  }

  async #shakeHands(signal: AbortSignal): Promise<HostClient> {
    const bound = { ms: this.#o.times.handshakeMs, host: this.#name, signal };
    return await within(bound, async (stop) => {
      // The link outlives the handshake, and is mended with the signal it was made with.
      const client = await this.#o.connect(this.#host.config, { signal });
      const call = { signal: stop, deadlineMs: this.#o.times.handshakeMs };
      await this.#askHost(client, call);
      this.#asOf = 0;
      this.#applied = 0;
      await this.#askAll(client, call);
      return client;
    });
  }

  async #askHost(client: HostClient, call: { signal: AbortSignal; deadlineMs: number }): Promise<void> {
    const began = performance.now();
    const snapshot = await client.getHost(call);
    const latencyMs = Math.round((performance.now() - began) * 10) / 10;
    this.#change({ kind: 'host', snapshot, latencyMs });
  }

  async #askAll(client: HostClient, call: { signal: AbortSignal; deadlineMs: number }): Promise<void> {
    const { asOf, ...listing } = await client.listAll(call);
    // Events may have overtaken the answer.
    const late = asOf > 0 && asOf < Math.max(this.#asOf, this.#applied);
    if (!late) this.#asOf = asOf;
    this.#change({ kind: late ? 'measured' : 'listing', listing });
  }

  async #beat(client: HostClient, signal: AbortSignal): Promise<void> {
    const { heartbeatMs, heartbeatLimitMs: ms } = this.#o.times;
    for (;;) {
      await this.#o.alarm.pause(heartbeatMs, signal);
      if (signal.aborted) return;
      await within({ ms, host: this.#name, signal }, (stop) =>
        this.#askHost(client, { signal: stop, deadlineMs: ms }),
      );
    }
  }

  async #refresh(client: HostClient, signal: AbortSignal, every = this.#o.times.refreshMs): Promise<void> {
    if (every === null) return;
    const { heartbeatLimitMs: ms } = this.#o.times;
    for (;;) {
      await this.#o.alarm.pause(every, signal);
      if (signal.aborted) return;
      if (!this.#o.watched()) continue;
      await within({ ms, host: this.#name, signal }, (stop) =>
        this.#askAll(client, { signal: stop, deadlineMs: ms }),
      );
    }
  }

  async #follow(client: HostClient, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#stream(client, signal);
        if (signal.aborted) return;
      } catch (error) {
        if (signal.aborted || !(error instanceof BerthError)) throw error;
        if (error.reason === 'EVENTS_GONE') {
          const oldest = Number(error.values.oldest) || 1;
          this.#o.cursor.gone(oldest);
          await this.#o.tell({ kind: 'gone', host: this.#host.config, oldest, replaced: false });
        } else if (error.reason === 'VERSION_MISMATCH') {
          return await this.#refresh(client, signal, POLL_MS);
        } else throw error;
      }
    }
  }

  /** One stream of events. Resolves where another is to be opened at once. */
  async #stream(client: HostClient, signal: AbortSignal): Promise<void> {
    const { cursor } = this.#o;
    for await (const message of client.watch(cursor.request(this.#asOf), { signal })) {
      if (message.kind === 'event') {
        await this.#take(message.event);
        continue;
      }
      const { gone, again } = cursor.opened(message, this.#asOf);
      if (gone) await this.#o.tell({ kind: 'gone', host: this.#host.config, ...gone });
      if (again) return;
      const { journalId, number } = cursor;
      if (number !== null) await this.#o.tell({ kind: 'opened', host: this.#host.config, journalId, number });
    }
    if (signal.aborted) return;
    // It is going down, or is upgraded.
    throw new BerthError('HOST_UNREACHABLE', `the agent on ${this.#name} ended the stream`);
  }

  async #take(event: Omit<HostEvent, 'fact'> & { readonly fact: HostEvent['fact'] | null }): Promise<void> {
    const { cursor } = this.#o;
    const taken = cursor.take(event);
    if (!taken || event.fact === null) return;
    const known = { ...event, fact: event.fact };
    if (event.number > this.#asOf) this.#change({ kind: 'event', event: known });
    this.#applied = event.number;
    const { journalId } = cursor;
    await this.#o.tell({ kind: 'event', host: this.#host.config, journalId, event: known, ...taken });
  }

  async #relink(message: HostMessage): Promise<void> {
    const before = this.#host;
    this.#change(message);
    if (this.#host.link !== before.link) await this.#o.tell({ kind: 'link', host: this.#host });
  }

  #change(message: HostMessage): void {
    const next = nextHost(this.#host, message, this.#o.now());
    if (next === this.#host) return;
    this.#host = next;
    this.#o.changed(next);
  }
}
