/**
 * The live fleet as versions, for any number of pages. Changes are gathered for a moment and told as one
 * delta; a page that takes less than there is gets the state anew, instead of a queue that grows.
 */
import { randomUUID } from 'node:crypto';
import type { FleetNews, LiveFleet } from '../fleet/live-fleet.ts';
import { eventRow } from '../watch/event-row.ts';
import { SessionChanges } from '../watch/session-changes.ts';
import { applyDelta, type Delta, DeltaRing, deltaBetween } from './feed-deltas.ts';
import { fleetState } from './fleet-state.ts';
import type { FleetState, LiveMessage } from './protocol.ts';

/** Ms in which changes are gathered: at most twenty deltas a second. */
const GATHER_MS = 50;
const RING = 256;
/** Bytes that wait for a page at most before it is behind. */
const MOST_WAITING = 2 * 1024 * 1024;

/** One page, as the feed needs it. */
export interface FeedSocket {
  /** Calls back once all before it has left. */
  send(text: string, left: () => void): void;
  /** Bytes that have not left. */
  waiting(): number;
}

interface Page {
  readonly socket: FeedSocket;
  /** It gets the state once what waits has left, and nothing before. */
  behind: boolean;
  /** Messages that have not left. The socket's bytes are also its own: pings, say. */
  unsent: number;
}

export class LiveFeed implements Disposable {
  readonly epoch = randomUUID();
  readonly #fleet: LiveFleet;
  readonly #now: () => number;
  readonly #ring = new DeltaRing(RING);
  readonly #pages = new Set<Page>();
  readonly #changes = new SessionChanges();
  readonly #listening: readonly Disposable[];
  #state: FleetState;
  #version = 1;
  #timer: NodeJS.Timeout | null = null;

  constructor(fleet: LiveFleet, now: () => number) {
    this.#fleet = fleet;
    this.#now = now;
    this.#state = fleetState(fleet.hosts(), now());
    this.#listening = [
      fleet.onChange(() => {
        this.#timer ??= setTimeout(() => this.#gather(), GATHER_MS);
      }),
      fleet.onNews((news) => this.#take(news)),
    ];
  }

  /** A page is there. */
  get watched(): boolean {
    return this.#pages.size > 0;
  }

  /** Disposing it leaves; `known`: the last that the page has of which epoch. */
  join(socket: FeedSocket, known: { epoch: string; version: number }): Disposable {
    const page: Page = { socket, behind: false, unsent: 0 };
    const rest = known.epoch === this.epoch ? this.#ring.after(known.version, this.#version) : null;
    if (rest) for (const delta of rest) this.#tell(page, JSON.stringify(delta));
    else this.#tell(page, this.#whole());
    this.#pages.add(page);
    return { [Symbol.dispose]: () => void this.#pages.delete(page) };
  }

  /** To all pages that are not behind. */
  tell(message: Extract<LiveMessage, { type: 'event' | 'notice' | 'alive' }>): void {
    this.#tellAll(JSON.stringify(message));
  }

  [Symbol.dispose](): void {
    if (this.#timer) clearTimeout(this.#timer);
    for (const listening of this.#listening) listening[Symbol.dispose]();
  }

  #gather(): void {
    this.#timer = null;
    const next = fleetState(this.#fleet.hosts(), this.#now());
    const delta = deltaBetween(this.#state, next, this.#version + 1);
    if (delta) this.#publish(delta);
  }

  #publish(delta: Delta): void {
    this.#version = delta.version;
    // What a page has that got every delta, and not a bit more: who joins has the same.
    this.#state = applyDelta(this.#state, delta);
    this.#ring.push(delta);
    this.#tellAll(JSON.stringify(delta));
  }

  #take(news: FleetNews): void {
    if (news.kind === 'link') this.#changes.learn(news.host);
    if (news.kind !== 'event') return;
    const { host, event, journalId, replayed } = news;
    const row = eventRow({ host: host.name, journalId, replayed }, event, this.#changes.of(news));
    this.tell({ type: 'event', event: row });
  }

  #tellAll(text: string): void {
    for (const page of this.#pages) this.#tell(page, text);
  }

  #tell(page: Page, text: string): void {
    if (page.behind) return;
    page.behind = page.socket.waiting() > MOST_WAITING;
    page.unsent++;
    page.socket.send(text, () => {
      page.unsent--;
      if (!page.behind || page.unsent > 0) return;
      page.behind = false;
      this.#tell(page, this.#whole());
    });
  }

  #whole(): string {
    const { epoch } = this;
    const message: LiveMessage = { type: 'state', epoch, version: this.#version, state: this.#state };
    return JSON.stringify(message);
  }
}
