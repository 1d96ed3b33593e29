/** The WebSockets of the page: the live fleet, and terminals. Whoever comes here is logged in. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { BerthError } from '@berth/shared/domain/berth-error';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { CallPorts } from './calls/call.ts';
import { hostAndId } from './calls/find-session.ts';
import type { LiveFeed } from './live-feed.ts';
import { partsOf } from './local-server.ts';
import { LIVE_BEAT_MS, SOCKET_PROTOCOL, type TerminalMessage, type TerminalOrder } from './protocol.ts';
import { TerminalBridge } from './terminal-bridge.ts';
import { uiError } from './ui-error.ts';

const MOST_TERMINALS = 64;
const MOST_BYTES = 4 * 1024 * 1024;
/** A page that does not answer for so long, in ms, is gone: it sleeps, or its machine does. */
const PING_MS = 30_000;
const TRY_LATER = 1013;

const SIDE = z.coerce.number().int().min(1).max(1000);
const TERMINAL = z.object({
  session: z.string().min(3).max(400),
  attach: z.string().regex(/^[\w-]{8,64}$/),
  columns: SIDE,
  rows: SIDE,
});
const ORDER: z.ZodType<TerminalOrder> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('resize'),
    columns: z.int().min(1).max(1000),
    rows: z.int().min(1).max(1000),
  }),
  z.object({ type: z.literal('drawn'), bytes: z.int().min(0) }),
]);

export interface PageSocketsOptions {
  readonly ports: CallPorts;
  readonly feed: LiveFeed;
  /** Somebody types into the session. */
  readonly typed: (session: string) => void;
}

export class PageSockets implements Disposable {
  readonly #o: PageSocketsOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => SOCKET_PROTOCOL,
  });
  readonly #pinging: NodeJS.Timeout;
  readonly #beating: NodeJS.Timeout;
  readonly #silent = new WeakSet<WebSocket>();
  #terminals = 0;

  constructor(options: PageSocketsOptions) {
    this.#o = options;
    this.#pinging = setInterval(() => this.#ping(), PING_MS).unref();
    this.#beating = setInterval(() => options.feed.tell({ type: 'alive' }), LIVE_BEAT_MS).unref();
  }

  take(asked: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path, query } = partsOf(asked.url);
    this.#server.handleUpgrade(asked, socket, head, (page) => {
      // It closes behind an error: that is all there is to do.
      page.on('error', () => {});
      page.on('pong', () => this.#silent.delete(page));
      if (path === '/api/live') this.#live(page, query);
      else this.#terminal(page, query);
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#pinging);
    clearInterval(this.#beating);
    for (const page of this.#server.clients) page.terminate();
  }

  #live(page: WebSocket, query: URLSearchParams): void {
    const known = { epoch: query.get('epoch') ?? '', version: Number(query.get('version') ?? -1) };
    const end = {
      send: (text: string, left: () => void) => page.send(text, () => left()),
      waiting: () => page.bufferedAmount,
    };
    const joined = this.#o.feed.join(end, known);
    page.on('close', () => joined[Symbol.dispose]());
  }

  #terminal(page: WebSocket, query: URLSearchParams): void {
    const { data: wanted } = TERMINAL.safeParse(Object.fromEntries(query));
    const socket = {
      sendBytes: (data: Uint8Array) => page.send(data, () => {}),
      sendText: (text: string) => page.send(text, () => {}),
      close: (code: number) => page.close(code),
    };
    const failed = (error: BerthError) => {
      const message: TerminalMessage = { type: 'failed', error: uiError(error) };
      socket.sendText(JSON.stringify(message));
      page.close(TRY_LATER);
    };
    if (!wanted) {
      failed(new BerthError('ARGUMENT_INVALID', 'this is no terminal', { hint: '' }));
      return;
    }
    if (this.#terminals >= MOST_TERMINALS) {
      const message = `${MOST_TERMINALS} terminals are open`;
      failed(new BerthError('ARGUMENT_INVALID', message, { hint: 'close some of them' }));
      return;
    }
    const { ports, typed } = this.#o;
    const { session, attach, columns, rows } = wanted;
    const bridge = new TerminalBridge({
      socket,
      connect: async (signal) => ports.context.connect(hostAndId(session, ports).host.config, { signal }),
      session: session.slice(session.indexOf(':') + 1),
      attachId: attach,
      columns,
      rows,
      person: () => typed(session),
    });
    this.#terminals++;
    page.on('message', (data, isBinary) => {
      const order = isBinary ? null : orderOf(bytesOf(data).toString('utf8'));
      if (isBinary) bridge.typed(bytesOf(data));
      else if (order) bridge.ordered(order);
    });
    page.on('close', () => bridge[Symbol.dispose]());
    void bridge.run().finally(() => this.#terminals--);
  }

  #ping(): void {
    for (const page of this.#server.clients) {
      if (this.#silent.has(page)) page.terminate();
      else {
        this.#silent.add(page);
        page.ping();
      }
    }
  }
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

/** Null where it is none. */
function orderOf(text: string): TerminalOrder | null {
  try {
    return ORDER.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
