import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HostConfig } from './config/remotes.ts';
import { openContext } from './open-context.ts';
import type { Console } from './render/console.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'context-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('who no longer waits for a host takes the way there from nobody', async () => {
  // It connects to nothing, for longer than this test takes.
  const ssh = join(dir, 'ssh');
  writeFileSync(ssh, '#!/bin/sh\nexec sleep 3\n');
  chmodSync(ssh, 0o755);
  const env = { PATH: process.env.PATH, HOME: dir, XDG_RUNTIME_DIR: dir, BERTH_SSH: ssh };
  await using context = await openContext({ console: {} as Console, env });
  const host: HostConfig = { name: 'far', kind: 'ssh', labels: {}, scope: 'user', enabled: true };
  const [page, terminal] = [new AbortController(), new AbortController()];
  const looks = context.connect(host, { signal: page.signal });
  const types = context.connect(host, { signal: terminal.signal });
  page.abort(new Error('another tab'));
  await expect(looks).rejects.toThrow();
  terminal.abort(new Error('closed'));
  await expect(types).rejects.toThrow('closed');
});
