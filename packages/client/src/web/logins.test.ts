import { expect, test } from 'vitest';
import { Logins } from './logins.ts';

function logIn(logins: Logins) {
  const exchanged = logins.exchange(logins.newToken());
  if ('status' in exchanged) throw new Error(`refused: ${exchanged.status}`);
  return { cookie: exchanged.setCookie.split(';')[0] ?? '', key: exchanged.key };
}

test('a login is a cookie and its own key', () => {
  const logins = new Logins({ port: 1, now: () => 0 });
  const [one, two] = [logIn(logins), logIn(logins)];
  expect(logins.knows(one.cookie, one.key)).toBe(true);
  expect(logins.knows(`other=1; ${two.cookie}`, two.key)).toBe(true);
  expect(logins.knows(one.cookie, two.key)).toBe(false);
  // Whatever else listens on localhost can set one of that name, which for its path comes first.
  expect(logins.knows(`berth-ui-1=x; ${one.cookie}`, one.key)).toBe(true);
  expect(logins.knowsCookie(`berth-ui-1=x; ${one.cookie}`)).toBe(true);
  expect(logins.knows(one.cookie, '')).toBe(false);
  expect(logins.knows(undefined, one.key)).toBe(false);
  expect(logins.knowsCookie(one.cookie)).toBe(true);
  expect(logins.knowsCookie('berth-ui-1=x')).toBe(false);
});

test('a server that was started again knows nobody', () => {
  const { cookie, key } = logIn(new Logins({ port: 1, now: () => 0 }));
  expect(new Logins({ port: 1, now: () => 0 }).knows(cookie, key)).toBe(false);
});

test('the oldest of many is logged out', () => {
  const logins = new Logins({ port: 1, now: () => 0 });
  const first = logIn(logins);
  const rest = Array.from({ length: 16 }, () => logIn(logins));
  expect(logins.knows(first.cookie, first.key)).toBe(false);
  expect(rest.every(({ cookie, key }) => logins.knows(cookie, key))).toBe(true);
});
