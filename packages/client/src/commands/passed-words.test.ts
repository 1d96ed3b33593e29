import { expect, test } from 'vitest';
import { splitPassed } from './passed-words.ts';

const flags = {
  terminal: { type: 'boolean', short: 't', describe: '' },
  env: { type: 'list', short: 'e', describe: '' },
  directory: { type: 'string', describe: '' },
} as const;

test.each([
  ['s ls -la', 's', 'ls -la'],
  ['s -- ls -la', 's', 'ls -la'],
  ['-t s -t x', '-t s', '-t x'],
  ['-e A=b s env', '-e A=b s', 'env'],
  ['--directory /tmp s pwd', '--directory /tmp s', 'pwd'],
  ['--directory=/tmp s pwd', '--directory=/tmp s', 'pwd'],
  ['-t -- ls -la', '-t', 'ls -la'],
  ['s a -- b', 's', 'a -- b'],
  ['s -- -- b', 's', '-- b'],
  ['s', 's', ''],
  ['-t', '-t', ''],
  ['', '', ''],
])('%s', (argv, own, passed) => {
  const words = (text: string) => text.split(' ').filter(Boolean);
  expect(splitPassed(words(argv), flags)).toMatchObject({ own: words(own), passed: words(passed) });
});

test.each([
  ['s --json', false],
  ['s -- --json', true],
  ['-t -- --json', true],
  ['s a -- b', false],
  ['s', false],
])('%s: whether -- stands before what is passed', (argv, delimited) => {
  expect(splitPassed(argv.split(' '), flags).delimited).toBe(delimited);
});
