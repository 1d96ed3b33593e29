import { expect, test } from 'vitest';
import { Apps } from './apps.ts';

const ticketOf = (entry: string) => new URLSearchParams(entry.split('?')[1]).get('ticket') ?? '';

test('a ticket lets in once, where it leads, with a cookie of that app alone', () => {
  const apps = new Apps(() => 0);
  const one = apps.open('h:a', { kind: 'port', port: 1 }, '/there');
  const other = apps.open('h:a', { kind: 'port', port: 2 });
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
  const apps = new Apps(() => 0);
  const ids = [
    apps.open('h:a', { kind: 'port', port: 1 }),
    apps.open('h:b', { kind: 'port', port: 1 }),
    apps.open('h:a', { kind: 'editor' }),
    apps.open('h:a', { kind: 'page', path: 'x.html' }),
    apps.open('h:a', { kind: 'page', path: 'y.html' }),
  ].map(({ id }) => id);
  expect(new Set(ids).size).toBe(5);
  expect(apps.open('h:a', { kind: 'editor' }).id).toBe(ids[2]);
  expect(ids.every((id) => apps.has(id))).toBe(true);
  expect(apps.has('x')).toBe(false);
});

test('a ticket is good for a minute', () => {
  let now = 0;
  const apps = new Apps(() => now);
  const { id, entry } = apps.open('h:a', { kind: 'editor' });
  now = 60_000;
  expect(apps.enter(id, ticketOf(entry))).toBeNull();
});
