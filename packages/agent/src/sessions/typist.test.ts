/** Against real programs in a real terminal. */
import { expect, test } from 'vitest';
import { eventually, startRealSession } from '../../../../test/support/real-session.ts';
import { createTmuxScreens } from '../tmux/screens.ts';
import { Typist } from './typist.ts';

const screens = createTmuxScreens({ tmux: 'tmux' });

async function typing(script: string) {
  const session = await startRealSession({ argv: ['bash', '-c', `${script}`] });
  const typist = new Typist({
    terminals: session.terminals,
    screens,
    paths: () => session.paths,
    onTyping: () => {},
    // Every few ms stands for the news of output: the looks are what is tested.
    onOutput: (_id, listener) => {
      const timer = setInterval(listener, 20);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
  });
  await eventually('it is ready', async () =>
    (await screens.look(session.paths)).lines[0]?.includes('ready'),
  );
  return {
    typed: (text: string, ...keys: string[]) =>
      typist.type(session.id, { data: Buffer.from(text), keys, verify: true }),
    typist,
    session,
    shown: async () => (await screens.look(session.paths)).lines.join('\n'),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** A full-screen program that reads single keys, and does with each as told. */
const tui = (onKey: string, tick = '') => `exec python3 -c '
import sys, tty, select, itertools
tty.setraw(0)
w = lambda s: (sys.stdout.write(s), sys.stdout.flush())
w("\\033[?1049h\\033[H\\033[?25lready\\r\\n> ")
text = ""
for n in itertools.count():
    if not select.select([0], [], [], 0.05)[0]:
        ${tick || 'continue'}
    else:
        key = sys.stdin.buffer.raw.read(1).decode("latin1")
        ${onKey}
'`;

test('a shell takes text and Enter', async () => {
  await using it = await typing('echo ready; while read -r line; do echo "<$line>"; done');
  expect(await it.typed('hello')).toBe('taken');
  expect(await it.typed(' there', 'Enter')).toBe('taken');
  expect(await it.shown()).toContain('<hello there>');
});

test('a program that hides what is typed takes it with Enter', async () => {
  await using it = await typing('echo ready; read -rs word; echo "got $word" | tr a-z A-Z; sleep 1000');
  expect(await it.typed('secret', 'Enter')).toBe('taken');
  expect(await it.shown()).toMatch(/GOT SECRET/);
  expect(await it.shown()).not.toMatch(/secret/);
});

test('a program that swallows all of it is seen through, with Enter and without', async () => {
  await using it = await typing('stty -echo; echo ready; sleep 1000');
  expect(await it.typed('nobody')).toBe('unchanged');
  expect(await it.typed('nobody', 'Enter')).toBe('unchanged');
});

test('a full-screen program that takes text shows it, and answers to Enter', async () => {
  await using it = await typing(
    tui('text = "" if key == "\\r" else text + key; w("\\033[2;3H\\033[K" + text)'),
  );
  expect(await it.typed('do it', 'Enter')).toBe('taken');
  expect(await it.typed('again')).toBe('taken');
});

test('in a dialog that takes no text no key is pressed', async () => {
  await using it = await typing(tui('w("\\033[5;1HCHOSEN") if key == "\\r" else None'));
  expect(await it.typed('yes please', 'Enter')).toBe('withheld');
  expect(await it.shown()).not.toMatch(/CHOSEN/);
});

test('a spinner is no answer', async () => {
  const spin = 'w("\\033[4;1Hworking " + "abcdefgh"[n % 8])';
  await using it = await typing(tui('pass', spin));
  await eventually('the spinner', async () => (await it.shown()).includes('working'));
  expect(await it.typed('anybody there?', 'Enter')).toBe('withheld');
});

test('a mask is one, beside a spinner too', async () => {
  const spin = 'w("\\033[4;1Hworking " + "abcdefgh"[n % 8])';
  await using it = await typing(tui('text += "*"; w("\\033[2;3H" + text)', spin));
  expect(await it.typed('secret')).toBe('taken');
});

test('an unknown key is refused before anything is typed', async () => {
  await using it = await typing('echo ready; cat');
  await expect(it.typed('never', 'Return')).rejects.toMatchObject({ reason: 'ARGUMENT_INVALID' });
  expect(await it.shown()).not.toMatch(/never/);
});

test('what two type at once is not mixed', async () => {
  await using it = await typing('echo ready; while read -r line; do echo "<$line>"; done');
  const fates = await Promise.all([it.typed('first', 'Enter'), it.typed('second', 'Enter')]);
  expect(fates).toEqual(['taken', 'taken']);
  const shown = await it.shown();
  expect(shown).toContain('<first>');
  expect(shown).toContain('<second>');
});

test('nobody looks where nobody asked', async () => {
  await using it = await typing('stty -echo; echo ready; sleep 1000');
  const input = { data: Buffer.from('x'), keys: ['Enter'], verify: false };
  expect(await it.typist.type(it.session.id, input)).toBe('unseen');
});
