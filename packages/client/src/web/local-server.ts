/**
 * HTTP on this machine's loopback: every request and socket passes the guard, and goes to the UI or to an
 * app of a session by the host that it names. Nobody else is answered anything; other users of the
 * machine are hung up on, where the kernel tells who they are.
 */
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { listenOnLoopback } from '../forward/loopback.ts';
import type { PortWord } from '../forward/port-words.ts';
import { type Asked, judge, type Verdict } from './guard.ts';
import { type HeaderTable, uiHeaders } from './headers.ts';
import { isOtherUser } from './peer-user.ts';

export interface Answering {
  request(asked: IncomingMessage, answer: ServerResponse): void;
  socket(asked: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface LocalServerOptions {
  readonly port: PortWord;
  readonly isApp: (id: string) => boolean;
  /** Made once the port is known. Null: there is no UI, only apps. */
  readonly ui: (port: number) => Answering | null;
  readonly app: (id: string, port: number) => Answering;
}

export interface LocalServer extends AsyncDisposable {
  readonly port: number;
}

const KEEP_ALIVE_MS = 60_000;
/** Cookies of localhost come along from all of its ports: 180 of 4 KiB at most. */
const MOST_HEADER_BYTES = 1024 * 1024;

/** Throws LOCAL_PORT_TAKEN. */
export async function openLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const http = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: MOST_HEADER_BYTES });
  const sockets = new Set<Socket>();
  const listener = await listenOnLoopback(options.port, (socket) => {
    if (isOtherUser(socket, process.getuid?.())) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    http.emit('connection', socket);
  });
  const { port } = listener;
  const ui = options.ui(port);

  function decide(asked: IncomingMessage, upgrade: boolean): Answering | Refusal {
    const verdict = judge(askedOf(asked, upgrade), { port, isApp: options.isApp });
    if (verdict.kind === 'refused') return verdict;
    if (verdict.kind === 'app') return options.app(verdict.id, port);
    return ui ?? { kind: 'refused', status: 403 };
  }

  http.on('request', (asked, answer) => {
    const decided = decide(asked, false);
    if ('kind' in decided) refuse(answer, decided.status, uiHeaders(port, `localhost:${port}`));
    else
      orElse(
        () => decided.request(asked, answer),
        () => answer.destroy(),
      );
  });
  http.on('upgrade', (asked, socket, head) => {
    // Whoever goes away in the middle of it breaks nothing here.
    socket.on('error', () => {});
    const decided = decide(asked, true);
    if ('kind' in decided) refuseSocket(socket, decided.status);
    else
      orElse(
        () => decided.socket(asked, socket, head),
        () => socket.destroy(),
      );
  });
  return {
    port,
    async [Symbol.asyncDispose]() {
      listener[Symbol.dispose]();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** What a request makes go wrong is its own: all others go on. */
function orElse(work: () => void, destroy: () => void): void {
  try {
    work();
  } catch {
    destroy();
  }
}

type Refusal = Extract<Verdict, { kind: 'refused' }>;

/** A status, and not a word more. */
export function refuse(answer: ServerResponse, status: number, headers: HeaderTable): void {
  answer.writeHead(status, { ...headers, 'content-type': 'text/plain', 'cache-control': 'no-store' });
  answer.end(`${STATUS_CODES[status]}\n`);
}

export function refuseSocket(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** Of a request's target, whatever was written there: what is no URL breaks nothing. */
export function partsOf(target = ''): { path: string; query: URLSearchParams } {
  const [path = '', ...query] = target.split('?');
  return { path, query: new URLSearchParams(query.join('?')) };
}

function askedOf({ method = '', url = '', headers }: IncomingMessage, upgrade: boolean): Asked {
  const one = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    method,
    path: partsOf(url).path,
    host: one('host'),
    origin: one('origin'),
    fetchSite: one('sec-fetch-site'),
    fetchMode: one('sec-fetch-mode'),
    contentType: one('content-type'),
    upgrade,
  };
}
