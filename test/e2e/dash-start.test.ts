/** The live view's form that starts a session of a coding agent. */
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';
import { installTools } from '../support/tools.ts';
import { until } from '../support/until.ts';

it('starts a tool that asks nobody before it acts, where that was chosen', async () => {
  await using sandbox = createSandbox();
  installTools(sandbox, ['claude']);
  await sandbox.startAgent();
  await using terminal = sandbox.berthTerminal(['dash'], { columns: 100, rows: 30 });
  await terminal.waitForScreen(/^✓ local/m);
  terminal.press('s');
  await terminal.waitForScreen(/^› prompt/m);
  terminal.type('do it');
  terminal.press('Down', 'Down');
  await terminal.waitForScreen(/^› permissions: ‹ it asks for them ›/m);
  terminal.press('Right');
  await terminal.waitForScreen(/‹ skipped: it asks nobody before it acts ›/);
  terminal.press('Enter');
  const sessions = await until(
    async () => {
      const listed = await sandbox.json<{ sessions: object[] }>(['list', '--local']);
      return listed.sessions.length > 0 ? listed.sessions : null;
    },
    { what: 'a session' },
  );
  expect(sessions).toMatchObject([{ prompt: 'do it', preset: 'claude', skip_permissions: true }]);
});
