/** `berth exec -t`: a shell in a real terminal. */
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';

it('gives a command the terminal: its size, its keys, its exit code', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await startedId(sandbox, ['start', '--json', '--name', 'work', '--', 'bash', '-c', 'echo main; cat']);
  const terminal = sandbox.berthTerminal(['exec', '-t', 'work', 'bash', '--norc']);
  await terminal.waitForScreen(/^bash-[^ ]+[#$]/m);
  terminal.type('stty size; tty; echo "<$BERTH_SESSION_NAME>"');
  terminal.press('Enter');
  await terminal.waitForScreen(/24 80\s+\/dev\/pts\/\d+\s+<work>/);
  terminal.resize(100, 30);
  terminal.type('stty size; cat');
  terminal.press('Enter');
  await terminal.waitForScreen(/30 100/);
  // The line discipline of its own terminal: Ctrl-C ends cat, and not the shell.
  terminal.press('C-c');
  terminal.type('exit 7');
  terminal.press('Enter');
  expect(await terminal.waitForExit()).toBe(7);
  const screen = (await sandbox.berth(['output', 'work', '--screen'])).stdout;
  expect(screen.trim()).toBe('main');
  expect(await sandbox.json(['show', 'work'])).toMatchObject({ attached_clients: 0 });
});
