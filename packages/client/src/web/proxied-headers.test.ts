import { expect, test } from 'vitest';
import { type Between, requestHeaders, responseHeaders } from './proxied-headers.ts';

const between: Between = {
  origin: 'http://abc.localhost:1',
  host: 'localhost:3000',
  frames: ['http://localhost:1'],
};
const raw = (headers: Readonly<Record<string, string>>) => Object.entries(headers).flat();
const asked = (headers: Readonly<Record<string, string>>, upgrade = false) =>
  requestHeaders(raw(headers), between, upgrade);
const answered = (headers: Readonly<Record<string, string>>) => responseHeaders(raw(headers), between);

test('the server is asked as if it were called where it runs', () => {
  expect(
    asked({
      Host: 'abc.localhost:1',
      Origin: between.origin,
      Referer: `${between.origin}/a?b`,
      Accept: '*/*',
    }),
  ).toEqual({
    host: 'localhost:3000',
    origin: 'http://localhost:3000',
    referer: 'http://localhost:3000/a?b',
    accept: ['*/*'],
  });
  expect(asked({ Referer: 'http://localhost:1/#secret' })).not.toHaveProperty('referer');
});

test.each([
  ['Connection', 'close'],
  ['Keep-Alive', 'timeout=5'],
  ['Proxy-Authorization', 'x'],
  ['TE', 'trailers'],
  ['Upgrade', 'h2c'],
  ['X-Forwarded-For', '1.2.3.4'],
  ['Forwarded', 'for=1.2.3.4'],
  ['Cookie', 'berth-app=x; berth-ui-1=y'],
])('%s stays here', (name, value) => {
  expect(asked({ Host: 'x', [name]: value })).toEqual({ host: 'localhost:3000' });
});

test('what Connection names stays here, too; a body without a length keeps its form', () => {
  expect(asked({ Connection: 'X-One, close', 'X-One': '1', 'Transfer-Encoding': 'chunked' })).toEqual({
    host: 'localhost:3000',
    'transfer-encoding': 'chunked',
  });
});

test('another protocol is asked for where it is wanted', () => {
  expect(asked({ Connection: 'Upgrade', Upgrade: 'websocket' }, true)).toEqual({
    host: 'localhost:3000',
    connection: 'Upgrade',
    upgrade: 'websocket',
  });
});

test('who may frame it is said here', () => {
  const own = "frame-ancestors 'self' http://localhost:1";
  expect(answered({ 'X-Frame-Options': 'DENY' })).toEqual({ 'content-security-policy': [own] });
  expect(
    answered({ 'Content-Security-Policy': "default-src 'self'; Frame-Ancestors 'none'; img-src *" }),
  ).toEqual({ 'content-security-policy': ["default-src 'self'; img-src *", own] });
  // Several in one header: none of them is lost with what another says of frames.
  expect(
    answered({ 'Content-Security-Policy': "frame-ancestors 'none', default-src 'self', frame-ancestors x" }),
  ).toEqual({ 'content-security-policy': ["default-src 'self'", own] });
});

test.each([
  ['http://localhost:3000/a', 'http://abc.localhost:1/a'],
  ['http://localhost:3000', 'http://abc.localhost:1'],
  ['http://localhost:30001/a', 'http://localhost:30001/a'],
  ['/a', '/a'],
  ['https://example.com/', 'https://example.com/'],
])('it leads to %s: %s', (location, there) => {
  const [told] = [answered({ Location: location }).location ?? []].flat();
  expect(told).toBe(there);
});
