/** Somebody who watches a host's events over breaks of all kinds, and remembers each of them. */
import { Event, EventServiceClient, type WatchResponse } from '@berth/shared/gen/berth/v1/event';
import { credentials } from '@grpc/grpc-js';
import { sha256 } from './site.ts';

export interface SeenEvent {
  readonly number: number;
  readonly sessionId: string;
  /** Of all that it says. */
  readonly hash: string;
  readonly event: Event;
}

export class EventWatcher implements AsyncDisposable {
  readonly seen: SeenEvent[] = [];
  /** Times that it had to open the stream anew. */
  breaks = 0;
  readonly #socket: () => Promise<string>;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  /** `socket`: a way to the agent, asked for again after each break. */
  constructor(socket: () => Promise<string>) {
    this.#socket = socket;
    this.#running = this.#watch();
  }

  /** Throws unless every number was told once and in order, from 1. */
  check(): void {
    this.seen.forEach(({ number }, index) => {
      if (number !== index + 1) throw new Error(`event ${index + 1} was told as number ${number}`);
    });
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const since = BigInt(this.seen.at(-1)?.number ?? 0);
        for await (const seen of events(await this.#socket(), { since, follow: true, signal })) {
          this.seen.push(seen);
        }
      } catch {
        // The agent or the way to it is gone for now.
      }
      this.breaks++;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

/** What a watch tells, as it comes. */
async function* events(
  socket: string,
  options: { since: bigint; follow: boolean; signal?: AbortSignal },
): AsyncGenerator<SeenEvent> {
  const client = new EventServiceClient(`unix:${socket}`, credentials.createInsecure());
  const stream = client.watch({
    since: options.since,
    follow: options.follow,
    onlyNew: false,
    sinceTime: undefined,
  });
  const cancel = () => stream.cancel();
  options.signal?.addEventListener('abort', cancel, { once: true });
  // It may have come while the way to the agent was being opened.
  if (options.signal?.aborted) cancel();
  try {
    for await (const { message } of stream as AsyncIterable<WatchResponse>) {
      if (message?.$case !== 'event') continue;
      const { event } = message;
      const hash = sha256(Event.encode(event).finish());
      yield { number: Number(event.number), sessionId: event.sessionId, hash, event };
    }
  } finally {
    options.signal?.removeEventListener('abort', cancel);
    stream.on('error', () => {});
    stream.cancel();
    client.close();
  }
}

export async function allEvents(socket: string): Promise<SeenEvent[]> {
  const all: SeenEvent[] = [];
  // Ends what hangs, not what is slow.
  const signal = AbortSignal.timeout(60_000);
  for await (const seen of events(socket, { since: 0n, follow: false, signal })) all.push(seen);
  return all;
}
