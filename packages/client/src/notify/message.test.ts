import { expect, test } from 'vitest';
import { messageOf } from './message.ts';
import { notifySendArguments, osascriptArguments, terminalNotice } from './notifier-arguments.ts';
import type { Item } from './policy-types.ts';

const ITEM: Item = {
  journalId: 'j',
  number: 1,
  host: 'dev',
  sessionId: 'sess-1',
  sessionName: '',
  kind: 'input',
  reason: 'waits for an answer',
  line: 'Go on? [y/N]',
  at: 0,
  since: 0,
  ripe: 0,
  replayed: false,
  quiet: false,
  over: false,
};

test('one attention: who, where, what, and the line', () => {
  expect(messageOf({ kind: 'attention', item: ITEM })).toEqual({
    title: 'sess-1 on dev waits for you',
    body: 'waits for an answer\nGo on? [y/N]',
    kind: 'input',
  });
});

test('text of hosts is one safe line, and short', () => {
  const hostile = { ...ITEM, sessionName: 'a\u001b]0;x\u0007b\nc\u202e', reason: '', line: '漢'.repeat(500) };
  const message = messageOf({ kind: 'attention', item: hostile });
  expect(message?.title).toBe('ab c on dev waits for you');
  expect([...(message?.body ?? '')]).toHaveLength(240);
});

test('many: the most urgent first, the rest counted', () => {
  const items = Array.from({ length: 12 }, (_, i) => ({
    ...ITEM,
    number: i,
    sessionId: `s${i}`,
    over: i === 0,
  }));
  const last = { ...ITEM, number: 99, sessionId: 's99', kind: 'permission' as const };
  const message = messageOf({ kind: 'summary', items: [...items, last] });
  expect(message?.title).toBe('13 sessions ask for you');
  const lines = message?.body.split('\n') ?? [];
  expect(lines[0]).toBe('s99 on dev asks for permission: Go on? [y/N]');
  expect(lines[1]).toBe('s0 on dev waits for you (and went on): Go on? [y/N]');
  expect(lines.at(-1)).toBe('and 5 more');
  expect(message?.kind).toBe('permission');
});

test('what was missed is told as such', () => {
  const message = messageOf({ kind: 'summary', items: [{ ...ITEM, replayed: true }, ITEM] });
  expect(message?.title).toBe('1 session asked for you while you were away');
});

test('the end of something is told to nobody', () => {
  expect(messageOf({ kind: 'cleared', item: ITEM, reason: 'typed' })).toBeNull();
});

const MESSAGE = { title: '--help', body: '<b>&', kind: 'error' } as const;

test('notify-send takes texts after --, the body as markup', () => {
  expect(notifySendArguments(MESSAGE, { plain: false, replaces: '3' })).toEqual([
    '--print-id',
    '--replace-id=3',
    '--app-name=berth',
    '--urgency=normal',
    '--category=transfer.error',
    '--',
    '--help',
    '&lt;b&gt;&amp;',
  ]);
  expect(notifySendArguments(MESSAGE, { plain: true, replaces: '3' })[0]).toBe('--app-name=berth');
});

test('osascript gets texts as arguments, its script is always the same', () => {
  const script = (text: string) => osascriptArguments({ ...MESSAGE, title: text }).slice(0, -2);
  expect(script('" & (do shell script "x") & "')).toEqual(script('a'));
  expect(osascriptArguments(MESSAGE).slice(-3)).toEqual(['--', '--help', '<b>&']);
});

test('the terminal gets BEL and OSC 9', () => {
  const message = { title: '4;1', body: 'b\nc', kind: 'bell' } as const;
  expect(terminalNotice(message, { withText: true })).toBe('\u0007\u001b]9;4,1: b\u0007berth: 4;1: b\n');
  expect(terminalNotice(message, { withText: false })).toBe('\u0007\u001b]9;4,1: b\u0007');
});
