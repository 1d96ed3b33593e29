/**
 * The way to a host is cut, or a program killed, while a repository goes there and a session starts with it.
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

const UNCLEAR = /cannot tell whether the session started on one/;
const SAID = /"message": *"[^"]*\bone\b/;

it.concurrent.each<[Moment, Cut]>([
  ['in the upload', 'connections'],
  ['start.committed', 'connections'],
  ['in the upload', 'agent restarted'],
  ['before Start', 'connections'],
  ['start.staged', 'agent restarted'],
  ['slot.taken', 'connections'],
  ['slot.taken', 'agent restarted'],
  ['before Start', 'agent restarted'],
  ['start.staged', 'connections'],
  ['start.committed', 'agent restarted'],
])(
  'one session where the host is back at once: %s, %s',
  (moment, cut) => backAtOnce({ moment, cut, repositories: repositories.dir }),
  180_000,
);

it.concurrent.each<[Moment, Cut, number | null, RegExp, 0 | 1]>([
  ['in the upload', 'client killed', null, /^$/, 0],
  ['in the upload', 'client interrupted', 130, /broken off/, 0],
  ['start.staged', 'agent dead', 3, UNCLEAR, 0],
  ['start.committed', 'host gone', 3, UNCLEAR, 1],
  ['in the upload', 'host gone', 3, SAID, 0],
  ['in the upload', 'agent dead', 3, SAID, 0],
  ['before Start', 'host gone', 3, SAID, 0],
  ['before Start', 'agent dead', 3, SAID, 0],
])(
  'a clear failure where it does not go on: %s, %s',
  (moment, cut, code, words, sessions) =>
    staysAway({ moment, cut, repositories: repositories.dir }, { code, words, sessions }),
  180_000,
);

// Until the Start is on its way nothing can have begun.
it.concurrent.each<[Moment, Cut, boolean]>([
  ['before Start', 'host gone', true],
  ['in the upload', 'host gone', true],
  ['start.staged', 'agent dead', false],
  ['start.committed', 'host gone', false],
])(
  'beside a healthy host, %s, %s: goes there only where nothing can have begun',
  (moment, cut, elsewhere) => besideHealthy({ moment, cut, repositories: repositories.dir }, { elsewhere }),
  180_000,
);
