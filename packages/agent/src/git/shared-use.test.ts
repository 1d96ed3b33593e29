import { expect, test } from 'vitest';
import { SharedUse } from './shared-use.ts';

test('many use it at once; tidying up is done alone, and not while it is used', async () => {
  const use = new SharedUse();
  const seen: string[] = [];
  const held = Promise.withResolvers<void>();
  const first = use.share(async () => {
    seen.push('first');
    await held.promise;
  });
  await use.share(async () => void seen.push('second'));
  await use.alone(async () => void seen.push('never'));
  held.resolve();
  await first;
  const tidying = Promise.withResolvers<void>();
  const alone = use.alone(async () => {
    await tidying.promise;
    seen.push('tidied');
  });
  const third = use.share(async () => void seen.push('third'));
  tidying.resolve();
  await Promise.all([alone, third]);
  expect(seen).toEqual(['first', 'second', 'tidied', 'third']);
});

test('what failed holds nobody up', async () => {
  const use = new SharedUse();
  await expect(use.share(() => Promise.reject(new Error('a')))).rejects.toThrow('a');
  const failing = use.alone(() => Promise.reject(new Error('b')));
  const [waited] = await Promise.all([use.share(async () => 'c'), expect(failing).rejects.toThrow('b')]);
  expect(waited).toBe('c');
});
