import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTransient } from './systemctl.ts';

let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'berth-bin-'));
  vi.stubEnv('PATH', `${bin}:/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(bin, { recursive: true });
});

function program(script: string): void {
  writeFileSync(join(bin, 'systemd-run'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'systemd-run'), 0o755);
}

const unit = {
  name: 'berth-x.service',
  description: 'x',
  slice: 'berth.slice',
  argv: ['/bin/true'],
  env: { TOKEN: 'secret' },
  settings: [],
};

test.each([
  ['echo first >&2; echo "Failed to start: no bus" >&2; exit 1', 'systemd-run: Failed to start: no bus'],
  ['exit 1', 'systemd-run: Command failed: systemd-run'],
])('what fails is told in its own words: %s', async (script, message) => {
  program(script);
  const error: unknown = await startTransient('user', unit).catch((why: unknown) => why);
  expect((error as Error).message).toBe(message);
});
