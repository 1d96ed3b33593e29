import { expect, it } from 'vitest';
import { runtimeDirectory, sharedMemoryDirectory } from './runtime-directory.ts';

it('takes the login manager at its word, and has a place where there is none', () => {
  expect(runtimeDirectory({ XDG_RUNTIME_DIR: '/run/user/7' })).toBe('/run/user/7/berth');
  expect(runtimeDirectory({})).toMatch(/^\/(run\/user\/\d+\/berth|tmp\/berth-\d+)$/);
});

it('gives each agent a place of its own for secrets, since each sweeps what it does not know', () => {
  expect(sharedMemoryDirectory('/a')).not.toBe(sharedMemoryDirectory('/b'));
  expect(sharedMemoryDirectory('/a')).toBe(sharedMemoryDirectory('/a'));
});
