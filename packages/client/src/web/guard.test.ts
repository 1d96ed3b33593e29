import { expect, test } from 'vitest';
import { type Asked, judge } from './guard.ts';

const PORT = 23_784;
const APP = 'a'.repeat(32);
const place = { port: PORT, isApp: (id: string) => id === APP };

const GET: Asked = {
  method: 'GET',
  path: '/',
  host: `localhost:${PORT}`,
  origin: null,
  fetchSite: null,
  fetchMode: null,
  contentType: null,
  upgrade: false,
};
const own = `http://localhost:${PORT}`;
const POST: Asked = {
  ...GET,
  method: 'POST',
  path: '/api/call',
  origin: own,
  contentType: 'application/json',
};
const SOCKET: Asked = { ...GET, path: '/api/live', origin: own, upgrade: true };
const AT_APP: Asked = { ...GET, host: `${APP}.localhost:${PORT}` };
const appOrigin = `http://${APP}.localhost:${PORT}`;
const EVIL = 'http://evil.example';

test.each<[string, Asked, 'ui' | 'app' | 403 | 405 | 415]>([
  ['the page', GET, 'ui'],
  ['by IPv4', { ...GET, host: `127.0.0.1:${PORT}` }, 'ui'],
  ['by IPv6', { ...GET, host: `[::1]:${PORT}` }, 'ui'],
  ['another port', { ...GET, host: 'localhost:1' }, 403],
  ['no port', { ...GET, host: 'localhost' }, 403],
  ['a name that points here', { ...GET, host: `evil.example:${PORT}` }, 403],
  ['a name below ours', { ...GET, host: `localhost.evil.example:${PORT}` }, 403],
  ['an app that nobody opened', { ...GET, host: `${'b'.repeat(32)}.localhost:${PORT}` }, 403],
  ['an app by another port', { ...GET, host: `${APP}.localhost:1` }, 403],
  ['a name below an app', { ...GET, host: `x.${APP}.localhost:${PORT}` }, 403],
  ['no host', { ...GET, host: null }, 403],
  ['a page that loads itself', { ...GET, fetchSite: 'same-origin' }, 'ui'],
  ['an address that was typed', { ...GET, fetchSite: 'none', fetchMode: 'navigate' }, 'ui'],
  ['a link on another page', { ...GET, fetchSite: 'cross-site', fetchMode: 'navigate' }, 403],
  ['another port of localhost', { ...GET, fetchSite: 'same-site' }, 403],
  ['GET of a call', { ...GET, path: '/api/call' }, 405],
  ['PUT', { ...GET, method: 'PUT' }, 405],
  ['a call', POST, 'ui'],
  ['a call with a charset', { ...POST, contentType: 'Application/JSON; charset=utf-8' }, 'ui'],
  ['a call by a form', { ...POST, contentType: 'text/plain' }, 415],
  ['a call without a type', { ...POST, contentType: null }, 415],
  ['a call from another origin', { ...POST, origin: EVIL }, 403],
  ['a call from an app', { ...POST, origin: appOrigin }, 403],
  ['a call from the same by another name', { ...POST, origin: `http://127.0.0.1:${PORT}` }, 403],
  ['a call from nowhere', { ...POST, origin: 'null' }, 403],
  ['POST of something else', { ...POST, path: '/' }, 405],
  ['a socket', SOCKET, 'ui'],
  ['a socket from another origin', { ...SOCKET, origin: EVIL }, 403],
  ['a socket without an origin', { ...SOCKET, origin: null }, 403],
  ['a socket of nothing', { ...SOCKET, path: '/' }, 403],
  ['what is a socket without one', { ...GET, path: '/api/live' }, 403],
  ['an app', AT_APP, 'app'],
  ['an app in a frame of the UI', { ...AT_APP, fetchSite: 'cross-site', fetchMode: 'navigate' }, 'app'],
  ['an app that posts to itself', { ...AT_APP, method: 'POST', origin: appOrigin }, 'app'],
  ['a socket of an app', { ...AT_APP, upgrade: true, origin: appOrigin }, 'app'],
  ['a socket to an app from the UI', { ...AT_APP, upgrade: true, origin: own }, 403],
  ['a picture of an app elsewhere', { ...AT_APP, fetchSite: 'cross-site', fetchMode: 'no-cors' }, 403],
  [
    'a form to an app from elsewhere',
    { ...AT_APP, method: 'POST', fetchSite: 'cross-site', fetchMode: 'navigate' },
    403,
  ],
  ['a fetch of an app from elsewhere', { ...AT_APP, origin: EVIL }, 403],
])('%s', (_what, asked, expected) => {
  const verdict = judge(asked, place);
  expect(verdict.kind === 'refused' ? verdict.status : verdict.kind).toBe(expected);
});

test('the port of HTTP itself is not written', () => {
  const at80 = (host: string) => judge({ ...GET, host }, { ...place, port: 80 }).kind;
  expect([at80('localhost'), at80(`${APP}.localhost`), at80('localhost:80')]).toEqual([
    'ui',
    'app',
    'refused',
  ]);
});
