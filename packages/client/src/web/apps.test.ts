import { expect, test } from 'vitest';
import { Apps } from './apps.ts';

const KEY = 'a key';
const AT = { port: 1 };
const ticketOf = (entry: string) => new URLSearchParams(entry.split('?')[1]).get('ticket') ?? '';

test('a ticket lets in once, where it leads, with a cookie of that app alone', () => {
  const apps = new Apps({ now: () => 0, key: KEY });
  const one = apps.open('h:a', { kind: 'port', port: 1 }, { ...AT, path: '/there' });
  const other = apps.open('h:a', { kind: 'port', port: 2 }, AT);
  expect(one.id).toMatch(/^[0-9a-f]{32}$/);
  expect(apps.enter(other.id, ticketOf(one.entry))).toBeNull();
  const entered = apps.enter(one.id, ticketOf(one.entry));
  expect(entered).toEqual({
    path: '/there',
    setCookie: expect.stringMatching(
      /^berth-app=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=None; Partitioned$/,
    ),
  });
  expect(apps.enter(one.id, ticketOf(one.entry))).toBeNull();
  const cookie = entered?.setCookie.split(';')[0];
  expect(apps.knows(one.id, cookie)).toBe(true);
  expect(apps.knows(other.id, cookie)).toBe(false);
  expect(apps.knows(one.id, undefined)).toBe(false);
});

test('there is one origin for each session and target', () => {
  const apps = new Apps({ now: () => 0, key: KEY });
  const ids = [
    apps.open('h:a', { kind: 'port', port: 1 }, AT),
    apps.open('h:b', { kind: 'port', port: 1 }, AT),
    apps.open('h:a', { kind: 'editor' }, AT),
    apps.open('h:a', { kind: 'page', path: 'x.html' }, AT),
    apps.open('h:a', { kind: 'page', path: 'y.html' }, AT),
  ].map(({ id }) => id);
  expect(new Set(ids).size).toBe(5);
  expect(apps.open('h:a', { kind: 'editor' }, AT).id).toBe(ids[2]);
  expect(ids.every((id) => apps.has(id))).toBe(true);
  expect(apps.has('x')).toBe(false);
});

test('an id is the same next time, for who has the key, on the same port alone', () => {
  const idOf = (key: string, port: number) =>
    new Apps({ now: () => 0, key }).open('h:a', { kind: 'editor' }, { port }).id;
  expect(idOf(KEY, 1)).toBe(idOf(KEY, 1));
  expect(new Set([idOf(KEY, 1), idOf(KEY, 2), idOf('another key', 1)]).size).toBe(3);
});

test('a ticket is good for a minute', () => {
  let now = 0;
  const apps = new Apps({ now: () => now, key: KEY });
  const { id, entry } = apps.open('h:a', { kind: 'editor' }, AT);
  now = 60_000;
  expect(apps.enter(id, ticketOf(entry))).toBeNull();
});
