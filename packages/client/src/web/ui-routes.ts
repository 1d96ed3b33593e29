/** What the UI's own origin answers: the page, logins, calls, artifacts and sockets. The guard has let it in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Calls } from './calls/call.ts';
import { answerCall } from './calls/door.ts';
import { uiHeaders } from './headers.ts';
import { type Answering, partsOf, refuse, refuseSocket } from './local-server.ts';
import type { Logins } from './logins.ts';
import type { PageSockets } from './page-sockets.ts';
import { KEY_HEADER, KEY_PROTOCOL, type LoginAnswer } from './protocol.ts';
import { readBody } from './read-body.ts';
import type { StaticFiles } from './static-files.ts';
import { strangeWorker } from './strange-worker.ts';

export interface UiRoutesOptions {
  readonly port: number;
  readonly logins: Logins;
  readonly files: StaticFiles;
  readonly calls: Calls;
  readonly sockets: PageSockets;
  /** GET /api/artifact of who is logged in. */
  readonly artifact: (asked: IncomingMessage, answer: ServerResponse) => Promise<void>;
}

/** A prompt, a layout: far less than this. */
const MOST_BODY_BYTES = 2 * 1024 * 1024;
const LOGIN = z.strictObject({ token: z.string().max(200) });

export function uiRoutes(options: UiRoutesOptions): Answering {
  const { port, logins, sockets } = options;
  const headersOf = (asked: IncomingMessage) => uiHeaders(port, asked.headers.host ?? '');

  async function route(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { path } = partsOf(asked.url);
    const headers = headersOf(asked);
    switch (path) {
      case '/api/login':
        return await login(asked, answer);
      case '/api/call':
        if (!logins.knows(asked.headers.cookie, keyHeader(asked))) return refuse(answer, 401, headers);
        return await call(asked, answer);
      case '/api/artifact':
        // The browser fetches it by itself: it has no key to send, and the URL is a secret.
        if (!logins.knowsCookie(asked.headers.cookie)) return refuse(answer, 401, headers);
        return await options.artifact(asked, answer);
      default:
        return file(asked, answer, path);
    }
  }

  async function login(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const headers = headersOf(asked);
    const body = await readBody(asked, MOST_BODY_BYTES);
    const { data } = LOGIN.safeParse(parsed(body ?? ''));
    const exchanged = logins.exchange(data?.token ?? '');
    if ('status' in exchanged) return refuse(answer, exchanged.status, headers);
    const { setCookie, key } = exchanged;
    const told: LoginAnswer = { key };
    json(answer, { ...headers, 'set-cookie': setCookie }, told);
  }

  async function call(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const headers = headersOf(asked);
    const body = await readBody(asked, MOST_BODY_BYTES);
    if (body === null) return refuse(answer, 413, headers);
    const stop = new AbortController();
    answer.on('close', () => stop.abort());
    json(answer, headers, await answerCall(options.calls, body, stop.signal));
  }

  function file(asked: IncomingMessage, answer: ServerResponse, path: string): void {
    const headers = headersOf(asked);
    const encodings = String(asked.headers['accept-encoding'] ?? '');
    const found = strangeWorker(path, asked.headers) ?? options.files.find(path, encodings);
    if (!found) {
      refuse(answer, 404, headers);
      return;
    }
    const all = { ...headers, ...found.headers };
    if (found.headers.etag && asked.headers['if-none-match'] === found.headers.etag) {
      answer.writeHead(304, all);
      answer.end();
      return;
    }
    answer.writeHead(200, { ...all, 'content-length': found.body.length });
    answer.end(asked.method === 'HEAD' ? undefined : found.body);
  }

  return {
    request(asked, answer) {
      // What breaks off on the way was not answered: nobody is there to be told.
      route(asked, answer).catch(() => answer.destroy());
    },
    socket(asked, socket, head) {
      if (logins.knows(asked.headers.cookie, keyProtocol(asked))) sockets.take(asked, socket, head);
      else refuseSocket(socket, 401);
    },
  };
}

function keyHeader(asked: IncomingMessage): string {
  return String(asked.headers[KEY_HEADER] ?? '');
}

/** Scripts can give a WebSocket no header but this. */
function keyProtocol(asked: IncomingMessage): string {
  const told = String(asked.headers['sec-websocket-protocol'] ?? '').split(',');
  const found = told.map((word) => word.trim()).find((word) => word.startsWith(KEY_PROTOCOL));
  return found?.slice(KEY_PROTOCOL.length) ?? '';
}

function json(answer: ServerResponse, headers: Readonly<Record<string, string>>, value: unknown): void {
  answer.writeHead(200, { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' });
  answer.end(JSON.stringify(value));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
