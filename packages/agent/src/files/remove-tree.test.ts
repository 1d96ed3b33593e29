import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let base: string;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'bt-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

it('makes directories writable, and no file: it may have another name elsewhere', async () => {
  const [tree, elsewhere] = [path.join(base, 'tree'), path.join(base, 'elsewhere')];
  mkdirSync(path.join(tree, 'locked/below'), { recursive: true });
  writeFileSync(elsewhere, 'of a cache', { mode: 0o444 });
  linkSync(elsewhere, path.join(tree, 'same'));
  for (const name of ['locked/below', 'locked']) chmodSync(path.join(tree, name), 0o500);
  // For root nothing is locked: it finds out at the second try.
  const program = `#!/bin/sh\n[ -e ${base}/tried ] && exec /bin/rm "$@"\n>${base}/tried\nexit 1\n`;
  mkdirSync(path.join(base, 'bin'));
  writeFileSync(path.join(base, 'bin/rm'), program, { mode: 0o755 });
  vi.stubEnv('PATH', `${path.join(base, 'bin')}:${process.env.PATH}`);
  const { removeTree } = await import('./remove-tree.ts');
  await removeTree(tree);
  expect(existsSync(tree)).toBe(false);
  expect(statSync(elsewhere).mode & 0o777).toBe(0o444);
});
