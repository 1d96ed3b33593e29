/** Requests and sockets of a browser, carried to what a session serves. Who may ask was decided before. */
import {
  type ClientRequest,
  type IncomingMessage,
  request,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { DialStream } from '../rpc/host-client.ts';
import { DialDuplex } from './dial-duplex.ts';
import { type Between, requestHeaders, responseHeaders } from './proxied-headers.ts';

export interface Upstream extends Between {
  /** A connection to the server. Rejects where there is no way to its host. */
  dial(signal: AbortSignal): Promise<DialStream>;
}

export function proxyRequest(asked: IncomingMessage, answer: ServerResponse, upstream: Upstream): void {
  const onward = send(asked, upstream, false);
  onward.on('response', (response) => {
    const { statusCode = 502, statusMessage = '', rawHeaders } = response;
    answer.writeHead(statusCode, statusMessage, responseHeaders(rawHeaders, upstream));
    response.pipe(answer);
    response.on('error', () => answer.destroy());
    response.on('aborted', () => answer.destroy());
  });
  onward.on('error', (error) => {
    if (answer.headersSent) return void answer.destroy();
    // What was asked with a body is not asked again by itself.
    const again = asked.method === 'GET' ? { refresh: '3' } : {};
    answer.writeHead(502, { ...PLAIN, ...again });
    answer.end(asked.method === 'HEAD' ? undefined : whyNot(error));
  });
  answer.on('close', () => onward.destroy());
  asked.pipe(onward);
}

/** `head`: what came behind the request. */
export function proxySocket(asked: IncomingMessage, socket: Duplex, head: Buffer, upstream: Upstream): void {
  const onward = send(asked, upstream, true);
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
    response.pipe(socket);
  });
  onward.on('error', (error) => {
    socket.end(
      `HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-type: text/plain\r\n\r\n${whyNot(error)}`,
    );
  });
  onward.end();
}

const PLAIN = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** A connection of its own for each request: they cost a stream of the host's one link. */
function send(asked: IncomingMessage, upstream: Upstream, upgrade: boolean): ClientRequest {
  const stop = new AbortController();
  return request({
    method: asked.method,
    path: asked.url,
    headers: requestHeaders(asked.rawHeaders, upstream, upgrade),
    setHost: false,
    createConnection: (_options, connected) => {
      upstream.dial(stop.signal).then(
        (dial) => connected(null, new DialDuplex(dial, stop)),
        (error: Error) => connected(error, null as unknown as Duplex),
      );
      return undefined;
    },
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
