/** A browser that can be made to lie: plain HTTP and WebSockets to `berth ui`. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import {
  type FleetState,
  KEY_HEADER,
  KEY_PROTOCOL,
  type LiveMessage,
  SOCKET_PROTOCOL,
  type TerminalMessage,
  type UiCalls,
  type UiError,
} from '../../packages/client/src/web/protocol.ts';
import type { Running } from './running.ts';
import type { Sandbox } from './sandbox.ts';
import { until } from './until.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Of `localhost`; default: as the URL says. */
  readonly host?: string;
}

export interface UiOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export class UiClient {
  readonly running: Running;
  readonly port: number;
  readonly token: string;
  #cookie = '';
  #key = '';

  private constructor(running: Running, port: number, token: string) {
    this.running = running;
    this.port = port;
    this.token = token;
  }

  /** Runs `berth ui` on a free port, over a page of two files. */
  static async start(sandbox: Sandbox, { args = ['--port', '0', '--no-open'], env = {} }: UiOptions = {}) {
    const running = sandbox.spawnBerth(['ui', ...args], {
      env: { BERTH_WEB_DIR: placeholder(sandbox), ...env },
    });
    const [, port = '', token = ''] = await running.waitForText(
      /http:\/\/localhost:(\d+)\/#token=([\w-]+)\n/,
    );
    return new UiClient(running, Number(port), token);
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  /** What a browser of ours sends along. */
  get login(): Record<string, string> {
    return { cookie: this.#cookie, [KEY_HEADER]: this.#key };
  }

  get key(): string {
    return this.#key;
  }

  /** Never follows a redirect, and sends nothing by itself. */
  ask(url: string, { method = 'GET', headers = {}, body, host }: Ask = {}): Promise<Answer> {
    const { pathname, search, host: named } = new URL(url, this.origin);
    return new Promise((resolve, reject) => {
      const options = { port: this.port, host: '127.0.0.1', path: pathname + search, method };
      const asked = request({ ...options, headers: { host: host ?? named, ...headers } }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString('latin1');
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
        });
        answer.on('error', reject);
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.origin, ...headers },
      body: JSON.stringify(body),
    });
  }

  async logIn(token = this.token): Promise<this> {
    const { status, headers, body } = await this.post('/api/login', { token });
    if (status !== 200) throw new Error(`the login answered ${status}`);
    this.#cookie = cookiesOf(headers);
    this.#key = (JSON.parse(body) as { key: string }).key;
    return this;
  }

  /** Throws where it answers an error. */
  async call<M extends keyof UiCalls>(
    method: M,
    params: UiCalls[M]['params'],
  ): Promise<UiCalls[M]['result']> {
    const answer = await this.tryCall(method, params);
    if ('error' in answer) throw new Error(`${method}: ${answer.error.reason}: ${answer.error.message}`);
    return answer.result;
  }

  async tryCall<M extends keyof UiCalls>(
    method: M,
    params: unknown,
  ): Promise<{ result: UiCalls[M]['result'] } | { error: UiError }> {
    const { status, body } = await this.post('/api/call', { method, params }, this.login);
    if (status !== 200) throw new Error(`${method} answered ${status}`);
    return JSON.parse(body);
  }

  socket(path: string, headers: Record<string, string> = {}, key = this.#key): TestSocket {
    const own = { origin: this.origin, cookie: this.#cookie, ...headers };
    return new TestSocket(`ws://localhost:${this.port}${path}`, own, [SOCKET_PROTOCOL, KEY_PROTOCOL + key]);
  }

  live(known = ''): LiveClient {
    return new LiveClient(this.socket(`/api/live${known}`));
  }

  terminal(session: string, attach: string = randomUUID()): TerminalClient {
    const query = new URLSearchParams({ session, attach, columns: '80', rows: '24' });
    return new TerminalClient(this.socket(`/api/terminal?${query}`), attach);
  }

  /** Lets itself in by the URL, as a frame of the UI does. */
  async enter(url: string): Promise<{ host: string; origin: string; cookie: string; path: string }> {
    const { headers, status } = await this.ask(url, {
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    });
    if (status !== 302) throw new Error(`the entry answered ${status}`);
    const { host, origin } = new URL(url);
    return { host, origin, cookie: cookiesOf(headers), path: headers.location ?? '' };
  }
}

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

function cookiesOf(headers: IncomingHttpHeaders): string {
  return (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
}

function placeholder(sandbox: Sandbox): string {
  const directory = join(sandbox.dir, 'page');
  mkdirSync(join(directory, 'assets'), { recursive: true });
  writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Berth</title>');
  writeFileSync(join(directory, 'assets/page-0a1b2c3d4e.js'), 'void 0;');
  return directory;
}
