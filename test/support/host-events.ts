/** The events of an agent as they come, decoded, each to be waited for. */
import type { HostEvent } from '@berth/shared/domain/event';
import { EventServiceClient, type WatchResponse } from '@berth/shared/gen/berth/v1/event';
import { decodeEvent } from '@berth/shared/wire/event';
import { type ClientReadableStream, credentials } from '@grpc/grpc-js';

const WAIT_MS = 15_000;

/** All that the journal of an agent has now, the oldest first. */
export async function historyOf(socket: string): Promise<readonly HostEvent[]> {
  const client = new EventServiceClient(`unix:${socket}`, credentials.createInsecure());
  try {
    const call = client.watch({ since: 0n, follow: false, onlyNew: false, sinceTime: undefined });
    const all: HostEvent[] = [];
    for await (const { message } of call as AsyncIterable<WatchResponse>) {
      if (message?.$case !== 'event') continue;
      const { fact, ...event } = decodeEvent(message.event);
      if (fact) all.push({ ...event, fact });
    }
    return all;
  } finally {
    client.close();
  }
}

export class HostEvents implements Disposable {
  readonly seen: HostEvent[] = [];
  readonly #client: EventServiceClient;
  readonly #call: ClientReadableStream<WatchResponse>;
  readonly #waiting = new Set<() => void>();
  #broken: unknown = null;

  /** Everything from a number on. */
  constructor(socket: string, since = 0) {
    this.#client = new EventServiceClient(`unix:${socket}`, credentials.createInsecure());
    this.#call = this.#client.watch({
      since: BigInt(since),
      follow: true,
      onlyNew: false,
      sinceTime: undefined,
    });
    void this.#read();
  }

  /** The first event that fits, now or later. */
  async find(fits: (event: HostEvent) => boolean): Promise<HostEvent> {
    const late = Date.now() + WAIT_MS;
    while (true) {
      const found = this.seen.find(fits);
      if (found) return found;
      if (this.#broken) throw this.#broken;
      const left = late - Date.now();
      if (left <= 0)
        throw new Error(`no such event among ${JSON.stringify(this.seen.map(({ fact }) => fact))}`);
      await this.#next(left);
    }
  }

  /** The facts of one session of one type, in order. */
  facts<T extends HostEvent['fact']['type']>(sessionId: string, type: T) {
    return this.seen
      .filter((event) => event.sessionId === sessionId)
      .map(({ fact }) => fact)
      .filter((fact): fact is Extract<HostEvent['fact'], { type: T }> => fact.type === type);
  }

  #next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }

  async #read(): Promise<void> {
    try {
      for await (const { message } of this.#call as AsyncIterable<WatchResponse>) {
        if (message?.$case !== 'event') continue;
        const event = decodeEvent(message.event);
        if (event.fact) this.seen.push({ ...event, fact: event.fact });
        for (const wake of this.#waiting) wake();
      }
    } catch (error) {
      this.#broken = error;
      for (const wake of this.#waiting) wake();
    }
  }

  [Symbol.dispose](): void {
    this.#call.cancel();
    this.#client.close();
  }
}
