/**
 * The way to a host is cut, or a program killed, while a repository goes there and a session starts with
 * it. All other cuts: test/lab/cuts.test.ts.
 */
import { afterAll, beforeAll, it } from 'vitest';
import {
  backAtOnce,
  besideHealthy,
  type Cut,
  type Moment,
  makeRepositories,
  staysAway,
} from '../support/cut-start.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

let repositories: Sandbox;
beforeAll(() => {
  repositories = createSandbox();
  makeRepositories(repositories.dir);
});
afterAll(() => repositories?.[Symbol.asyncDispose]());

it.concurrent.each<[Moment, Cut]>([
  ['in the upload', 'connections'],
  ['start.committed', 'connections'],
])(
  'one session where the host is back at once: %s, %s',
  (moment, cut) => backAtOnce({ moment, cut, repositories: repositories.dir }),
  180_000,
);

it.concurrent.each<[Moment, Cut, number | null, RegExp, 0 | 1]>([
  ['in the upload', 'client killed', null, /^$/, 0],
])(
  'a clear failure where it does not go on: %s, %s',
  (moment, cut, code, words, sessions) =>
    staysAway({ moment, cut, repositories: repositories.dir }, { code, words, sessions }),
  180_000,
);

it.concurrent.each<[Moment, Cut, boolean]>([['before Start', 'host gone', false]])(
  'beside a healthy host, %s, %s: goes there only where nothing can have begun',
  (moment, cut, elsewhere) => besideHealthy({ moment, cut, repositories: repositories.dir }, { elsewhere }),
  180_000,
);
