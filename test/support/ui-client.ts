/** A browser that can be made to lie: plain HTTP and WebSockets to `berth ui`. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import {
  KEY_HEADER,
  KEY_PROTOCOL,
  SOCKET_PROTOCOL,
  type UiCalls,
  type UiError,
} from '../../packages/client/src/web/protocol.ts';
import type { Running } from './running.ts';
import type { Sandbox } from './sandbox.ts';
import { LiveClient, TerminalClient, TestSocket } from './ui-sockets.ts';

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
      const options = { port: this.port, host: '127.0.0.1', path: pathname + search, method, agent: false };
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const all = { host: host ?? named, ...length, ...headers };
      const asked = request({ ...options, headers: all }, (answer) => {
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

  /** As it is written; resolves with all that is answered. */
  async askRaw(text: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    socket.end(text);
    return await textOf(socket);
  }

  /** Asks to go on as another protocol; the socket is to be destroyed. */
  upgrade(url: string, headers: Record<string, string>): Promise<{ status: number; socket: Duplex | null }> {
    const { pathname, search, host } = new URL(url, this.origin);
    const own = { host, connection: 'Upgrade', upgrade: 'websocket', ...headers };
    return new Promise((resolve, reject) => {
      const options = { port: this.port, host: '127.0.0.1', path: pathname + search };
      const asked = request({ ...options, headers: own });
      asked.on('upgrade', (answer, socket, head) => {
        socket.unshift(head);
        resolve({ status: answer.statusCode ?? 0, socket });
      });
      asked.on('response', (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode ?? 0, socket: null });
      });
      asked.on('error', reject);
      asked.end();
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
