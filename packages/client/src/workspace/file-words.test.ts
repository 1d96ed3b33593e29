import { expect, test } from 'vitest';
import { parseFileWord } from './file-words.ts';

const isHost = (name: string) => name === 'dev';
const remote = (session: string, path: string) => ({ kind: 'remote', session, path });
const local = (path: string) => ({ kind: 'local', path });

test.each([
  ['a.txt', local('a.txt')],
  ['./a:b', local('./a:b')],
  ['/tmp/a:b', local('/tmp/a:b')],
  [':a', local(':a')],
  ['-', { kind: 'stream' }],
  ['work:a.txt', remote('work', 'a.txt')],
  ['work:', remote('work', '')],
  ['work:/etc/hosts', remote('work', '/etc/hosts')],
  ['work:a:b', remote('work', 'a:b')],
  ['dev:a.txt', remote('dev', 'a.txt')],
  ['dev:work:a.txt', remote('dev:work', 'a.txt')],
  ['dev:work:a:b', remote('dev:work', 'a:b')],
  ['dev:work:', remote('dev:work', '')],
  ['dev:./work:a', remote('dev', './work:a')],
  ['dev::a', remote('dev', ':a')],
])('%s', (word, parsed) => expect(parseFileWord(word, isHost)).toEqual(parsed));
