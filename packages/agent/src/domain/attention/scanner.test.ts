import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ScreenSignal, SignalScanner } from './scanner.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const scan = (text: string) => new SignalScanner(0).feed(bytes(text));
const without = ({ offset: _, ...signal }: ScreenSignal) => signal;

describe('what it finds', () => {
  const cases: [string, string, object[]][] = [
    ['a bell', 'hello\x07', [{ type: 'bell' }]],
    ['a bell in the middle of a sequence', '\x1b[3\x071m', [{ type: 'bell' }]],
    ['no bell where BEL ends a title', '\x1b]0;my title\x07', []],
    ['no bell in a string that the terminal ignores', '\x1b_Ga=T;\x07\x1b\\', []],
    ['OSC 9', '\x1b]9;Done; really\x07', [{ type: 'notification', protocol: 9, text: 'Done; really' }]],
    ['OSC 9 that ends with ST', '\x1b]9;x\x1b\\', [{ type: 'notification', protocol: 9, text: 'x' }]],
    ['OSC 9 of one number is text', '\x1b]9;4\x07', [{ type: 'notification', protocol: 9, text: '4' }]],
    ['progress is no notification', '\x1b]9;4;1;50\x07', []],
    ['OSC 777', '\x1b]777;notify;T;B\x07', [{ type: 'notification', protocol: 777, text: 'T: B' }]],
    ['another OSC 777', '\x1b]777;precmd\x07', []],
    ['OSC 99', '\x1b]99;;Hello\x1b\\', [{ type: 'notification', protocol: 99, text: 'Hello' }]],
    [
      'OSC 99 in parts',
      '\x1b]99;i=1:d=0;Hel\x1b\\\x1b]99;i=1:d=0;lo\x1b\\\x1b]99;i=1:p=body:d=1;there\x1b\\',
      [{ type: 'notification', protocol: 99, text: 'Hello: there' }],
    ],
    ['OSC 99 in base64', '\x1b]99;e=1;SGk=\x1b\\', [{ type: 'notification', protocol: 99, text: 'Hi' }]],
    ['OSC 99 that asks', '\x1b]99;i=1:p=?;\x1b\\', []],
    ['a prompt of a shell', '\x1b]133;A\x07', [{ type: 'prompt' }]],
    ['a command', '\x1b]133;C;cmdline=x\x07', [{ type: 'command' }]],
    ['its end', '\x1b]133;D;2\x07', [{ type: 'commandEnded', exitCode: 2 }]],
    ['its end without a code', '\x1b]133;D\x07', [{ type: 'commandEnded', exitCode: null }]],
    [
      'what tmux passes through',
      '\x1bPtmux;\x1b\x1b]9;in\x07\x1b\\',
      [{ type: 'notification', protocol: 9, text: 'in' }],
    ],
    [
      'what tmux passes through, ended by ST',
      '\x1bPtmux;\x1b\x1b]9;in\x1b\x1b\\\x1b\\',
      [{ type: 'notification', protocol: 9, text: 'in' }],
    ],
    ['after a string that was cut off', '\x1b]0;abc\x1b[m\x07', [{ type: 'bell' }]],
    ['after a string that was cancelled', '\x1b]0;abc\x18\x07', [{ type: 'bell' }]],
    [
      'UTF-8 around it',
      'äöü€\x07漢字\x1b]9;日本\x07',
      [{ type: 'bell' }, { type: 'notification', protocol: 9, text: '日本' }],
    ],
  ];
  it.each(cases)('%s', (_name, text, expected) => expect(scan(text).map(without)).toEqual(expected));

  it('says where each ended', () => {
    expect(scan('ab\x07c\x1b]9;x\x07').map(({ offset }) => offset)).toEqual([3, 10]);
  });

  it('forgets what is too long to be a notification, and goes on', () => {
    expect(scan(`\x1b]9;${'x'.repeat(100_000)}\x07\x07`).map(({ type }) => type)).toEqual([
      'notification',
      'bell',
    ]);
  });
});

const PIECES = [
  'a',
  'ä',
  '\n',
  '\x07',
  '\x1b',
  '\\',
  ']',
  '[',
  'P',
  '_',
  '9;',
  '99;',
  'i=1:d=0;',
  '777;notify;',
  '133;D;1',
  'tmux;',
  '\x1b]9;hi\x07',
  '\x1b]9;hi\x1b\\',
  '\x1b]99;i=2:d=0;x\x1b\\',
  '\x1bPtmux;\x1b\x1b]9;q\x07\x1b\\',
  '\x18',
  'm',
  '\x1b[31m',
];
const streams = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((parts) => bytes(parts.join('')));

it('finds the same however the bytes are cut', () => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(200)), (stream, cuts) => {
      const scanner = new SignalScanner(0);
      const edges = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
      const found = edges
        .slice(1)
        .flatMap((edge, index) => scanner.feed(stream.subarray(edges[index], edge)));
      expect(found).toEqual(new SignalScanner(0).feed(stream));
    }),
  );
});

it('goes on from where it says that one can', () => {
  // Parts of one kitty notification are joined in memory only: a restart in between loses the first part.
  const plain = streams.filter((stream) => !new TextDecoder().decode(stream).includes('99;'));
  fc.assert(
    fc.property(plain, fc.nat(), (stream, cut) => {
      const at = cut % (stream.length + 1);
      const first = new SignalScanner(0);
      const before = first.feed(stream.subarray(0, at));
      const { resumeAt } = first;
      const after = new SignalScanner(resumeAt).feed(stream.subarray(resumeAt));
      expect([
        ...before,
        ...after.filter(({ offset }) => offset > at || !before.some((b) => b.offset === offset)),
      ]).toEqual(new SignalScanner(0).feed(stream));
    }),
  );
});
