/** The sockets of a page of `berth ui`, and what a page makes of them. */
import type { FleetState, LiveMessage, TerminalMessage } from '../../packages/client/src/web/protocol.ts';
import { until } from './until.ts';

export class TestSocket {
  readonly messages: (string | Buffer)[] = [];
  readonly #socket: WebSocket;
  opened = false;
  closed = false;

  constructor(url: string, headers: Record<string, string>, protocols: readonly string[]) {
    // Node's takes headers, which a browser would not.
    const options = { headers, protocols: [...protocols] } as unknown as string[];
    this.#socket = new WebSocket(url, options);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onmessage = ({ data }) => {
      const message = typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer);
      this.messages.push(message);
      this.heard(message);
    };
    this.#socket.onopen = () => {
      this.opened = true;
    };
    this.#socket.onclose = () => {
      this.closed = true;
    };
    this.#socket.onerror = () => {};
  }

  heard: (message: string | Buffer) => void = () => {};

  send(message: string | Uint8Array): void {
    this.#socket.send(message as string);
  }

  close(): void {
    this.#socket.close();
  }

  /** Whether it was let in. */
  async accepted(): Promise<boolean> {
    await until(() => this.opened || this.closed, { what: 'the socket is answered' });
    return this.opened;
  }
}

/** The fleet as a page keeps it. */
export class LiveClient {
  readonly socket: TestSocket;
  readonly messages: LiveMessage[] = [];
  state: FleetState | null = null;
  epoch = '';
  version = 0;

  constructor(socket: TestSocket) {
    this.socket = socket;
    socket.heard = (text) => this.#take(JSON.parse(text.toString()) as LiveMessage);
  }

  async waitFor(what: string, look: (state: FleetState) => boolean): Promise<FleetState> {
    return await until(() => (this.state && look(this.state) ? this.state : null), { what });
  }

  #take(message: LiveMessage): void {
    this.messages.push(message);
    if (message.type === 'state') {
      this.state = message.state;
      this.epoch = message.epoch;
      this.version = message.version;
    }
    if (message.type !== 'delta' || !this.state) return;
    if (message.version !== this.version + 1) throw new Error('a delta is missing');
    this.version = message.version;
    const merged = <Row>(
      rows: Readonly<Record<string, Row>>,
      changed: Readonly<Record<string, Row | null>>,
    ) =>
      Object.fromEntries(Object.entries({ ...rows, ...changed }).filter(([, row]) => row !== null)) as Record<
        string,
        Row
      >;
    this.state = {
      sessions: merged(this.state.sessions, message.sessions),
      hosts: merged(this.state.hosts, message.hosts),
    };
  }
}

export class TerminalClient {
  readonly socket: TestSocket;
  readonly attach: string;
  readonly messages: TerminalMessage[] = [];
  /** Tells how much was drawn, as it comes. */
  draws = true;
  bytes = 0;
  #typed = 0;
  #text = '';

  constructor(socket: TestSocket, attach: string) {
    this.socket = socket;
    this.attach = attach;
    socket.heard = (message) => {
      if (typeof message === 'string') {
        this.messages.push(JSON.parse(message) as TerminalMessage);
        return;
      }
      this.bytes += message.length;
      this.#text = (this.#text + message.toString('utf8')).slice(-100_000);
      if (this.draws) this.drawn();
    };
  }

  drawn(): void {
    this.socket.send(JSON.stringify({ type: 'drawn', bytes: this.bytes }));
  }

  /** Under its own count, or that of a page that came back. */
  type(text: string, offset = this.#typed): void {
    const data = Buffer.from(text);
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt(offset));
    this.socket.send(Buffer.concat([number, data]));
    this.#typed = offset + data.length;
  }

  has(type: TerminalMessage['type']): boolean {
    return this.messages.some((message) => message.type === type);
  }

  async waitFor(type: TerminalMessage['type']): Promise<TerminalMessage> {
    return await until(() => this.messages.find((message) => message.type === type), { what: type });
  }

  async waitForText(pattern: RegExp): Promise<RegExpExecArray> {
    return await until(() => pattern.exec(this.#text), { what: `${pattern} in the terminal` });
  }
}
