/** Requests and sockets of a browser, carried to what a session serves. Who may ask was decided before. */
import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  request,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { connectBy, type Dial } from './kept-connections.ts';
import { type Between, requestHeaders, responseHeaders } from './proxied-headers.ts';

export interface Upstream extends Between {
  /** Makes connections to the server. */
  readonly dial: Dial;
  /** Those to it that are kept. */
  readonly kept: Agent;
}

export function proxyRequest(asked: IncomingMessage, answer: ServerResponse, upstream: Upstream): void {
  const repeatable = isRepeatable(asked);
  const attempt = (over: Agent | null) => {
    const onward = send(asked, upstream, { over, upgrade: false });
    const failed = (error: unknown) => {
      if (answer.headersSent) return void answer.destroy();
      // The server hung up on a connection that nobody used: what came there then it has not looked at.
      if (onward.reusedSocket && !answer.destroyed) return attempt(null);
      // What was asked with a body is not asked again by itself.
      const again = asked.method === 'GET' ? { refresh: '3' } : {};
      answer.writeHead(502, STATUS_CODES[502], { ...PLAIN, ...again });
      answer.end(asked.method === 'HEAD' ? undefined : whyNot(error));
    };
    onward.on('response', (response) => {
      const { statusCode = 502, rawHeaders } = response;
      try {
        answer.writeHead(statusCode, reasonOf(response), responseHeaders(rawHeaders, upstream));
      } catch (error) {
        // Sessions answer what they like, also what cannot be passed on.
        onward.destroy();
        failed(error);
        return;
      }
      response.pipe(answer);
      response.on('error', () => answer.destroy());
      response.on('aborted', () => answer.destroy());
    });
    onward.on('upgrade', (_response, there: Duplex) => {
      there.destroy();
      failed(new Error('it answers in a protocol that nobody asked for'));
    });
    onward.on('error', failed);
    answer.on('close', () => onward.destroy());
    if (repeatable) onward.end();
    else asked.pipe(onward);
  };
  attempt(repeatable ? upstream.kept : null);
}

/** `head`: what came behind the request. */
export function proxySocket(asked: IncomingMessage, socket: Duplex, head: Buffer, upstream: Upstream): void {
  const onward = send(asked, upstream, { over: null, upgrade: true });
  socket.on('error', () => onward.destroy());
  socket.on('close', () => onward.destroy());
  onward.on('upgrade', (response, there, early) => {
    socket.write(headText(response, upstream, true));
    socket.write(early);
    there.write(head);
    there.on('error', () => socket.destroy());
    there.on('close', () => socket.destroy());
    socket.on('close', () => there.destroy());
    there.pipe(socket).pipe(there);
  });
  onward.on('response', (response) => {
    socket.write(headText(response, upstream, false));
    response.on('aborted', () => socket.destroy());
    // Asked for a socket, Node keeps the connection for somebody who does not exist.
    response.on('close', () => onward.socket?.destroy());
    response.pipe(socket);
  });
  onward.on('error', (error) => {
    socket.end(
      `HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-type: text/plain\r\n\r\n${whyNot(error)}`,
    );
  });
  onward.end();
}

/** As the server words it; empty where no answer may have that. */
function reasonOf({ statusMessage = '' }: IncomingMessage): string {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(statusMessage) ? statusMessage : '';
}

const PLAIN = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Of no effect and without a body: it may be asked twice. */
function isRepeatable({ method, headers }: IncomingMessage): boolean {
  const empty = (headers['content-length'] ?? '0') === '0' && headers['transfer-encoding'] === undefined;
  return empty && (method === 'GET' || method === 'HEAD');
}

/** `over`: null for a connection of its own. */
function send(
  asked: IncomingMessage,
  upstream: Upstream,
  { over, upgrade }: { over: Agent | null; upgrade: boolean },
): ClientRequest {
  return request({
    method: asked.method,
    path: asked.url,
    headers: requestHeaders(asked.rawHeaders, upstream, upgrade),
    setHost: false,
    ...(over ? { agent: over } : { createConnection: connectBy(upstream.dial) }),
  });
}

/** The head of an answer that no ServerResponse writes: its connection is no HTTP any more. */
function headText(response: IncomingMessage, upstream: Upstream, upgraded: boolean): string {
  const { statusCode = 502, headers } = response;
  const told = responseHeaders(response.rawHeaders, upstream);
  const connection = upgraded
    ? { connection: 'Upgrade', upgrade: headers.upgrade ?? '' }
    : { connection: 'close' };
  const lines = Object.entries({ ...told, ...connection }).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}\r\n`),
  );
  return `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? ''}\r\n${lines.join('')}\r\n`;
}

function whyNot(error: unknown): string {
  const { message, hint } = error instanceof BerthError ? error : { message: messageOf(error), hint: '' };
  return `Berth cannot reach it: ${message}\n${hint ? `${hint}\n` : ''}\nThis page tries again by itself.\n`;
}
