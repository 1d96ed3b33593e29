import { expect, test } from 'vitest';
import { nextWords } from './completing.ts';

const FLEET = {
  hosts: ['local', 'lab', '$(pwn)'],
  sessions: [
    { host: 'local', id: 'sess-1', name: 'work', lives: true },
    { host: 'lab', id: 'sess-2', name: 'work', lives: true },
    { host: 'lab', id: 'sess-3', name: 'solo', lives: true },
    { host: 'lab', id: 'sess-4', name: '', lives: true },
    { host: 'lab', id: 'sess-5', name: '$(pwn)', lives: true },
    { host: 'lab', id: 'sess-6', name: 'old', lives: false },
  ],
  presets: ['claude', 'mine'],
  tagKeys: ['team', '`pwn`'],
  starts: [
    { number: 12, sessions: ['solo'] },
    { number: 7, sessions: ['$(pwn)', 'sess-9'] },
  ],
};
const FLAGS = {
  host: { type: 'list', describe: '' },
  status: { type: 'list', describe: '' },
  preset: { type: 'string', short: 'p', describe: '' },
  tag: { type: 'list', describe: '' },
  follow: { type: 'boolean', describe: '' },
  again: { type: 'string', usual: 'last', describe: '' },
  policy: { type: 'string', choices: ['pack', 'spread'], describe: '' },
} as const;

/** What is offered after a line, whose last word is being typed. */
function offered(line: string, { completes = 'session', ...command }: Partial<Command> = {}): string[] {
  const [name = '', ...words] = line.split(' ');
  const typed = { before: words.slice(0, -1), current: words.at(-1) ?? '' };
  return nextWords({ name, completes }, { flags: FLAGS, ...command }, typed, FLEET);
}
interface Command {
  completes: 'session' | 'host';
  most: number;
  verbs: readonly string[];
}

test.each([
  // Names, with their host where they are several; ids where there is no name that a shell takes.
  ['show ', ['local:work', 'lab:work', 'solo', 'sess-4', 'sess-5', 'old']],
  ['kill ', ['local:work', 'lab:work', 'solo', 'sess-4', 'sess-5']],
  ['attach o', []],
  ['show o', ['old']],
  ['show so', ['solo']],
  ['show sess-', ['sess-1', 'sess-2', 'sess-3', 'sess-4', 'sess-5', 'sess-6']],
  ['kill sess-6', []],
  ['show la', ['lab:work', 'lab:']],
  ['show lab:', ['lab:work', 'lab:solo', 'lab:sess-4', 'lab:sess-5', 'lab:old']],
  ['show lab:sess-3', ['lab:sess-3']],
  ['show nowhere:', []],
  ['connect l', ['local:work', 'lab:work', 'local', 'lab']],
  // Flags and their values.
  ['list --f', ['--follow']],
  ['list --host l', ['local', 'lab']],
  ['list --host=lo', ['--host=local']],
  ['list --status ki', ['killed']],
  ['list --policy ', ['pack', 'spread']],
  ['list -p m', ['mine']],
  ['list --tag t', ['team']],
  ['list --follow --po', ['--policy']],
  // What was started; it may be left out.
  ['list --again ', ['12', '7']],
  ['list --again 1', ['12']],
  ['list --again=s', ['--again=solo', '--again=sess-9']],
  ['list --again --fo', ['--follow']],
  // Words that are no session any more.
  ['tag solo t', ['team=']],
  ['send solo ', []],
  ['session solo ', []],
  ['exec solo -- ', []],
  ['start -- lo', []],
])('after %j come %j', (line, words) => expect(offered(line)).toEqual(words));

test('verbs come first, then hosts; and no more words than a command takes', () => {
  const host = { completes: 'host', verbs: ['show', 'drain'] } as const;
  expect(offered('host d', host)).toEqual(['drain']);
  expect(offered('host drain l', host)).toEqual(['local', 'lab']);
  expect(offered('show solo ', { most: 1 })).toEqual([]);
  expect(offered('show --policy pack so', { most: 1 })).toEqual(['solo']);
});
