import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { eventually, startRealSession } from '../../../../test/support/real-session.ts';
import { createPtys } from '../pty/ptys.ts';
import { createTmuxScreens } from './screens.ts';

const screens = createTmuxScreens({ tmux: 'tmux' });
const bash = (script: string) => ['bash', '-c', script];

test('looks at the screen and its cursor', async () => {
  await using session = await startRealSession({ argv: bash('printf "one\\ntwo"; cat') });
  const screen = await eventually('the text', async () => {
    const seen = await screens.look(session.paths);
    return seen.lines[1] === 'two' && seen;
  });
  expect(screen.lines[0]).toBe('one');
  expect(screen.cursor).toBe('3,1,0');
});

test.each([
  ['read -rs line', true],
  ['read -r line', false],
  ['stty raw -echo; echo x; cat', false],
])('%s hides what is typed: %s', async (script, hidden) => {
  await using session = await startRealSession({ argv: bash(`${script}; sleep 1000`) });
  const answer = async () => (await screens.hidesTyping(session.paths)) === hidden && 'so it is';
  expect(await eventually('the mode', answer)).toBe('so it is');
});

test('a notice shows its text as it is, in one terminal alone', async () => {
  const ptys = await createPtys({ tmux: 'tmux', home: '/' });
  await using session = await startRealSession({ argv: ['cat'] });
  const spec = {
    on: { socket: session.paths.tmuxSocket, name: 'main' },
    columns: 120,
    rows: 24,
    term: 'xterm',
    readOnly: false,
  };
  const seen = ['', ''];
  const open = (i: number) => {
    const pty = ptys.attach({ ...spec, detachOthers: false });
    pty.onData((data) => {
      seen[i] += Buffer.from(data).toString('latin1');
    });
    return pty;
  };
  using one = open(0);
  using _other = open(1);
  await eventually(
    'both',
    async () => (await session.terminals.observe(session.paths))?.attachedClients === 2,
  );
  const text = '#{pane_id} #(touch pwned) %H 100% #[fg=red]red ; -x "quoted"';
  await screens.notify(session.paths, { tty: one.tty, text, ms: 5000 });
  await eventually('the notice', () => seen[0]?.includes('# [fg=red]red ; -x "quoted"'));
  expect(seen[0]).toContain('#{pane_id} #(touch pwned) %H 100% ');
  expect(seen[1]).not.toContain('quoted');
  expect(spawnSync('test', ['-e', `${session.paths.workspace}/pwned`]).status).toBe(1);
});
