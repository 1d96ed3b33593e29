/** Follows an agent's events through whatever breaks in between, each time from the last one seen. */
import { EventServiceClient, type WatchResponse, Event as WireEvent } from '@berth/shared/gen/berth/v1/event';
import { type ClientReadableStream, credentials } from '@grpc/grpc-js';

export interface SeenEvent {
  readonly number: number;
  readonly session: string;
  /** SessionState of the wire; 0 where it is about no session. */
  readonly state: number;
  /** Everything of it, to be compared. */
  readonly text: string;
}

/** Throws when the connection breaks. */
async function* watch(call: ClientReadableStream<WatchResponse>) {
  for await (const { message } of call as AsyncIterable<WatchResponse>) {
    if (message?.$case !== 'event') continue;
    const { event } = message;
    yield {
      number: Number(event.number),
      session: event.sessionId,
      state: event.fact?.$case === 'sessionChanged' ? (event.fact.sessionChanged.session?.state ?? 0) : 0,
      text: Buffer.from(WireEvent.encode(event).finish()).toString('base64'),
    };
  }
}

/** All that the journal has now. */
export async function eventsOf(socket: string): Promise<readonly SeenEvent[]> {
  const client = new EventServiceClient(`unix:${socket}`, credentials.createInsecure());
  try {
    const all: SeenEvent[] = [];
    for await (const event of watch(
      client.watch({ since: 0n, follow: false, onlyNew: false, sinceTime: undefined }),
    ))
      all.push(event);
    return all;
  } finally {
    client.close();
  }
}

export class EventWatcher implements AsyncDisposable {
  /** In the order in which they came. */
  readonly seen: SeenEvent[] = [];
  readonly #socket: () => Promise<string>;
  readonly #done: Promise<void>;
  #call: ClientReadableStream<WatchResponse> | null = null;
  #over = false;

  /** `socket` is asked before each connection. */
  constructor(socket: () => Promise<string>) {
    this.#socket = socket;
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#over) {
      try {
        await this.#follow(await this.#socket());
      } catch {
        // Broken, or nobody there yet.
      }
      if (!this.#over) await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async #follow(socket: string): Promise<void> {
    if (this.#over) return;
    const client = new EventServiceClient(`unix:${socket}`, credentials.createInsecure());
    try {
      const since = BigInt(this.seen.at(-1)?.number ?? 0);
      this.#call = client.watch({ since, follow: true, onlyNew: false, sinceTime: undefined });
      for await (const event of watch(this.#call)) this.seen.push(event);
    } finally {
      client.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    // Closing the client would leave the call as it is.
    this.#call?.cancel();
    await this.#done;
  }
}
