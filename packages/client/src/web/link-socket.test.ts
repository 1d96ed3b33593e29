import { mkdtempSync, rmSync } from 'node:fs';
import { Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answerLinks, askForLink } from './link-socket.ts';

let dir: string;
let servers: Server[];

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'links-'));
  servers = [];
  const { listen } = Server.prototype;
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, ...args) {
    servers.push(this);
    return listen.apply(this, args as Parameters<typeof listen>);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

test('connections that cannot be taken are no end of the others', async () => {
  using _answers = await answerLinks(dir, () => 'http://localhost:1/#token=x');
  for (let i = 0; i < 3; i++) servers[0]?.emit('error', new Error('accept EMFILE'));
  expect(await askForLink(dir)).toBe('http://localhost:1/#token=x');
});

test('nobody answers where none runs, or one has ended', async () => {
  expect(await askForLink(dir)).toBeNull();
  (await answerLinks(dir, () => 'x'))[Symbol.dispose]();
  expect(await askForLink(dir)).toBeNull();
});

test('of two that began together the one that ends leaves the way to the other', async () => {
  const first = await answerLinks(dir, () => 'first');
  using _second = await answerLinks(dir, () => 'second');
  first[Symbol.dispose]();
  expect(await askForLink(dir)).toBe('second');
});
