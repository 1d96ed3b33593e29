import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HealthReport } from './checks.ts';
import { type HttpEndpoint, serveHttp } from './http.ts';

let endpoint: HttpEndpoint;
let report: HealthReport;
let notServing: string | null;
beforeEach(async () => {
  report = { ok: true, checks: [] };
  notServing = null;
  endpoint = await serveHttp(options(0));
});
afterEach(() => endpoint[Symbol.asyncDispose]());

const options = (port: number) => ({
  port,
  notServing: () => notServing,
  report: async () => report,
  metrics: { contentType: 'text/plain; version=0.0.4', text: async () => 'figures\n' },
});

/** Sends these lines as they are; the first line of the answer, and its body. */
async function send(...head: string[]): Promise<{ status: string; body: string; head: string }> {
  const connection = connect(endpoint.port, '127.0.0.1');
  connection.write(`${head.join('\r\n')}\r\n\r\n`);
  const answer = await text(connection);
  const [top = '', body = ''] = answer.split('\r\n\r\n', 2);
  return { status: top.split(' ')[1] ?? '', body, head: top };
}
const get = (path: string) => send(`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1');

it.each([
  ['/healthz', '200', 'ok\n'],
  ['/readyz', '200', 'ok\n'],
  ['/readyz?verbose', '200', 'ok\n'],
  ['/metrics', '200', 'figures\n'],
  ['/', '404', 'not found\n'],
  ['/metrics/', '404', 'not found\n'],
  ['/constructor', '404', 'not found\n'],
])('GET %s is answered with %s', async (path, status, body) => {
  expect(await get(path)).toMatchObject({ status, body });
});

it('names what fails, line by line, and is alive all the same', async () => {
  const check = { ok: false, restartMends: true };
  report = {
    ok: false,
    checks: [
      { ...check, name: 'journal', detail: 'disk full' },
      { ...check, name: 'tmux', ok: true, detail: 'answers' },
      { ...check, name: 'socket', detail: 'gone' },
    ],
  };
  expect(await get('/readyz')).toMatchObject({ status: '503', body: 'journal: disk full\nsocket: gone\n' });
  expect(await get('/healthz')).toMatchObject({ status: '200' });
});

it('is not ready before and after the agent serves', async () => {
  notServing = 'stopping';
  expect(await get('/readyz')).toMatchObject({ status: '503', body: 'stopping\n' });
});

it.each(['127.0.0.1', 'localhost', 'LOCALHOST:9000', '[::1]', '[::1]:80', '127.0.0.1:65535'])(
  'answers as host %s',
  async (host) => {
    expect(await send('GET /healthz HTTP/1.1', `Host: ${host}`)).toMatchObject({ status: '200' });
  },
);

it.each(['evil.example', '127.0.0.1.evil.example', 'localhost.', '', '::1', 'localhost@evil', '192.0.2.1'])(
  'refuses to be host %j',
  async (host) => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/none']) {
      expect(await send(`GET ${path} HTTP/1.1`, `Host: ${host}`)).toMatchObject({
        status: '403',
        body: 'unknown host\n',
      });
    }
  },
);

it('refuses who names no host', async () => {
  expect((await send('GET /healthz HTTP/1.1')).status).toBe('400');
  expect((await send('GET /healthz HTTP/1.0')).status).toBe('403');
});

it.each(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s, and waits for no body', async (method) => {
  const answer = await send(`${method} /metrics HTTP/1.1`, 'Host: localhost', 'Content-Length: 1000000');
  expect(answer).toMatchObject({ status: '405', head: expect.stringMatching(/\r\nallow: GET\r\n/) });
});

it('listens on one address alone, and rejects where the port is taken', async () => {
  for (const host of ['127.0.0.2', '::1']) {
    await expect(
      new Promise((resolve, reject) => {
        const connection = connect(endpoint.port, host);
        connection.once('error', reject).once('connect', () => resolve(connection.destroy()));
      }),
    ).rejects.toThrow(/ECONNREFUSED|EADDRNOTAVAIL/);
  }
  await expect(serveHttp(options(endpoint.port))).rejects.toThrow(/EADDRINUSE/);
});
