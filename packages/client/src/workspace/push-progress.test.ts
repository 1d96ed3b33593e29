import { expect, test } from 'vitest';
import { pushProgress } from './push-progress.ts';

test.each([
  ['Counting objects: 100% (3/3), done.', 'packing 100%'],
  ['Compressing objects:  50% (1/2)', 'packing 50%'],
  ['Writing objects:  45% (9/20), 12.10 MiB | 3.20 MiB/s', 'sending 45%, 12.10 MiB at 3.20 MiB/s'],
  ['Receiving objects: 100% (4/4), 1.02 KiB | 1.02 MiB/s, done.', 'receiving 100%, 1.02 KiB at 1.02 MiB/s'],
  ['Delta compression using up to 2 threads', null],
])('%s', (line, text) => expect(pushProgress(line)).toBe(text));
