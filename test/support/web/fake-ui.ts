/**
 * A client that serves the built page and tells it of a fleet that is not there: for pictures of every
 * state, and for what a page does when its server goes away. Runs by itself, too: node test/support/web/fake-ui.ts
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { uiHeaders } from '../../../packages/client/src/web/headers.ts';
import {
  type FleetState,
  LIVE_BEAT_MS,
  type LiveMessage,
  SOCKET_PROTOCOL,
  type StartOrder,
  type TerminalMessage,
  type UiCalls,
} from '../../../packages/client/src/web/protocol.ts';
import { loadStaticFiles } from '../../../packages/client/src/web/static-files.ts';
import { type Answers, fakeAnswers, SCREEN } from './fake-answers.ts';
import { FLEET } from './fake-fleet.ts';

const WEB_DIR = resolve(import.meta.dirname, '../../../packages/client/dist/web');

export interface FakeUiOptions {
  readonly fleet?: FleetState;
  /** Default: a free one. */
  readonly port?: number;
  /** It never tells of its fleet. */
  readonly silent?: boolean;
  /** What it answers otherwise; who rejects answers with an error. */
  readonly answers?: Partial<Answers>;
}

export class FakeUi implements AsyncDisposable {
  readonly #server: Server;
  readonly #beating: NodeJS.Timeout;
  readonly #live = new Set<WebSocket>();
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => SOCKET_PROTOCOL });
  readonly #fleet: FleetState;
  readonly #silent: boolean;
  readonly #answers: Answers;
  readonly port: number;
  #version = 1;
  /** Orders whose place was asked for. */
  readonly planned: StartOrder[] = [];
  /** Terminals are opened, and nothing is printed on them. */
  mute = false;
  /** Nothing that is typed into terminals is acknowledged. */
  deaf = false;
  readonly #terminals = new Set<WebSocket>();
  /** Sockets that were opened, by path. */
  readonly opened: string[] = [];
  /** What was typed into terminals. */
  typed = '';

  private constructor(server: Server, { fleet = FLEET, silent = false, answers = {} }: FakeUiOptions) {
    this.#server = server;
    this.#fleet = fleet;
    this.#silent = silent;
    this.port = (server.address() as AddressInfo).port;
    this.#answers = { ...fakeAnswers(`http://editor.localhost:${this.port}`, fleet), ...answers };
    const files = loadStaticFiles({ BERTH_WEB_DIR: WEB_DIR });
    server.on('request', (asked, answer) => void this.#answer(asked, answer, files));
    this.#beating = setInterval(() => this.tell({ type: 'alive' }), LIVE_BEAT_MS);
    server.on('upgrade', (asked, socket, head) => {
      this.#sockets.handleUpgrade(asked, socket, head, (page) => this.#take(page, asked.url ?? ''));
    });
  }

  static async start(options: FakeUiOptions = {}): Promise<FakeUi> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(options.port ?? 0, '127.0.0.1', done));
    return new FakeUi(server, options);
  }

  get url(): string {
    return `http://localhost:${this.port}/`;
  }

  tell(message: LiveMessage): void {
    for (const page of this.#live) page.send(JSON.stringify(message));
  }

  /** Tells a change, as the next version. */
  change(change: Omit<Extract<LiveMessage, { type: 'delta' }>, 'type' | 'version'>): void {
    this.#version++;
    this.tell({ type: 'delta', version: this.#version, ...change });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beating);
    for (const page of this.#sockets.clients) page.terminate();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(
    asked: IncomingMessage,
    answer: ServerResponse,
    files: ReturnType<typeof loadStaticFiles>,
  ): Promise<void> {
    const [path = ''] = (asked.url ?? '').split('?');
    if (asked.headers.host?.startsWith('editor.')) return frame(answer, path);
    if (path === '/api/login') return json(answer, { key: 'k' });
    if (path === '/api/call') {
      const { method, params } = JSON.parse(await bodyOf(asked)) as { method: string; params: never };
      if (method === 'plan') this.planned.push(params);
      const call = this.#answers[method as keyof UiCalls];
      const told = Promise.resolve()
        .then(() => call(params))
        .then(
          (result) => ({ result }),
          ({ message }: Error) => ({ error: { code: 1, reason: 'INTERNAL', message, hint: '' } }),
        );
      return json(answer, await told);
    }
    if (path === '/api/artifact') {
      answer.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
      answer.end('# What was wrong\n\nThe cookie had two names.\n\n<script>alert(1)</script>\n');
      return;
    }
    const file = files.find(path, String(asked.headers['accept-encoding'] ?? ''));
    answer.writeHead(file ? 200 : 404, {
      ...uiHeaders(this.port, asked.headers.host ?? ''),
      ...(file?.headers ?? {}),
    });
    answer.end(file?.body);
  }

  #take(page: WebSocket, url: string): void {
    this.opened.push(url.split('?')[0] ?? '');
    if (url.startsWith('/api/terminal')) {
      this.#terminal(page);
      return;
    }
    this.#live.add(page);
    page.on('close', () => this.#live.delete(page));
    if (this.#silent) return;
    const state: LiveMessage = { type: 'state', epoch: 'fake', version: this.#version, state: this.#fleet };
    page.send(JSON.stringify(state));
  }

  /** As an agent does where the sessions are over. */
  endTerminals(): void {
    const message: TerminalMessage = { type: 'ended', reason: 'session-ended', session: 'completed' };
    for (const page of this.#terminals) {
      page.send(JSON.stringify(message));
      page.close();
    }
  }

  #terminal(page: WebSocket): void {
    this.#terminals.add(page);
    page.on('close', () => this.#terminals.delete(page));
    page.send(JSON.stringify({ type: 'opened', input_offset: 0 }));
    const text = ['\u001b[1m✻ Claude Code\u001b[0m  \u001b[90m~/project\u001b[0m', '', ...SCREEN, ''].join(
      '\r\n',
    );
    const coloured = text
      .replaceAll('●', '\u001b[32m●\u001b[0m')
      .replace('Bash(', '\u001b[1mBash\u001b[0m(')
      .replace('❯ 1. Yes', '\u001b[36m❯ 1. Yes\u001b[0m');
    if (!this.mute) page.send(Buffer.from(`\u001b[H\u001b[2J${coloured}\r\n`));
    page.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) return;
      const bytes = data.subarray(8);
      this.typed += bytes.toString('utf8');
      const input_offset = Number(data.readBigUInt64BE(0)) + bytes.length;
      if (!this.deaf) page.send(JSON.stringify({ type: 'acknowledged', input_offset }));
    });
  }
}

function frame(answer: ServerResponse, path: string): void {
  answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  const style =
    'margin:0;height:100vh;font:13px system-ui;background:#1e1e1e;color:#ccc;display:grid;place-items:center';
  answer.end(
    `<!doctype html><html lang="en"><title>${path}</title><body style="${style}"><main>${path.slice(1)}</main>`,
  );
}

function json(answer: ServerResponse, body: unknown): void {
  answer.writeHead(200, { 'content-type': 'application/json' });
  answer.end(JSON.stringify(body));
}

async function bodyOf(asked: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of asked) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

if (process.argv[1] === import.meta.filename) {
  const fake = await FakeUi.start({ port: 4400 });
  process.stdout.write(`${fake.url}\n`);
}
