import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventually, startRealSession } from '../../../../test/support/real-session.ts';
import { createPtys } from './ptys.ts';

const terminal = { columns: 80, rows: 24, term: 'xterm-256color', readOnly: false, detachOthers: false };
const descriptors = () => readdirSync('/proc/self/fd').length;

test('an attached terminal shows the screen, types, and ends with the session', async () => {
  const ptys = await createPtys({ tmux: 'tmux', home: '/' });
  await using session = await startRealSession({
    argv: ['bash', '-c', 'echo ready; read -r line; echo "<$line>"'],
  });
  using pty = ptys.attach({ ...terminal, on: { socket: session.paths.tmuxSocket, name: 'main' } });
  let seen = '';
  let ended = false;
  pty.onData((data) => {
    seen += Buffer.from(data).toString('latin1');
  });
  pty.onEnd(() => {
    ended = true;
  });
  await eventually('the screen', () => seen.includes('ready'));
  pty.write(Buffer.from('hello\r'));
  await eventually('the answer', () => seen.includes('<hello>'));
  pty.resize(100, 30);
  await eventually('the size', async () => (await session.terminals.observe(session.paths))?.columns === 100);
  await session.units.kill(session.id, session.paths);
  await eventually('the end', () => ended);
});

test('read-only terminals type nothing and do not resize; detachOthers leaves one', async () => {
  const ptys = await createPtys({ tmux: 'tmux', home: '/' });
  await using session = await startRealSession({ argv: ['cat'] });
  const clients = async () => (await session.terminals.observe(session.paths))?.attachedClients;
  using reader = ptys.attach({
    ...terminal,
    on: { socket: session.paths.tmuxSocket, name: 'main' },
    readOnly: true,
    columns: 40,
  });
  let screen = '';
  reader.onData((data) => {
    screen += Buffer.from(data).toString('latin1');
  });
  await eventually('the reader', async () => (await clients()) === 1 && screen !== '');
  reader.write(Buffer.from('refused\r'));
  using writer = ptys.attach({
    ...terminal,
    on: { socket: session.paths.tmuxSocket, name: 'main' },
    detachOthers: true,
  });
  writer.onData(() => {});
  let gone = false;
  reader.onEnd(() => {
    gone = true;
  });
  await eventually('the reader to be detached', async () => gone && (await clients()) === 1);
  expect((await session.terminals.observe(session.paths))?.columns).toBe(80);
  writer.write(Buffer.from('taken\r'));
  await eventually('the echo', async () => String(await session.output()).includes('taken'));
  expect(String(await session.output())).not.toContain('refused');
});

test('twenty attaches leave no descriptor behind', async () => {
  const ptys = await createPtys({ tmux: 'tmux', home: '/' });
  await using session = await startRealSession({ argv: ['cat'] });
  const before = descriptors();
  for (let n = 0; n < 20; n++) {
    const pty = ptys.attach({ ...terminal, on: { socket: session.paths.tmuxSocket, name: 'main' } });
    await new Promise<void>((resolve) => pty.onData(() => resolve()));
    pty[Symbol.dispose]();
  }
  await eventually('the descriptors', () => descriptors() <= before);
  await eventually(
    'the clients',
    async () => (await session.terminals.observe(session.paths))?.attachedClients === 0,
  );
});
