/** The live view's form that starts a session of a coding agent. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
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

it('starts a session in a directory of the host, and tells why one cannot be', async () => {
  await using sandbox = createSandbox();
  installTools(sandbox, ['claude']);
  await sandbox.startAgent();
  const project = join(sandbox.home, 'project');
  await using terminal = sandbox.berthTerminal(['dash'], { columns: 80, rows: 30 });
  await terminal.waitForScreen(/^✓ local/m);
  terminal.press('s');
  await terminal.waitForScreen(/^ {2}directory {2}: a new one of its own/m);
  terminal.type('do it');
  terminal.press('Up', 'Up');
  await terminal.waitForScreen(/^› directory/m);
  terminal.type('~/project');
  terminal.press('Enter');
  // At 80 columns neither what failed nor what to do about it fits on one line.
  const [refused] = await terminal.waitForScreen(/no session can[\s\S]*you\s+may\s+enter/);
  expect(refused.replaceAll(/\s+/g, ' ')).toContain(
    'no session can work in ~/project: there is no such directory name a directory of the host that is there and that you may enter',
  );
  mkdirSync(project);
  terminal.press('Enter');
  const sessions = await until(
    async () => {
      const listed = await sandbox.json<{ sessions: object[] }>(['list', '--local']);
      return listed.sessions.length > 0 ? listed.sessions : null;
    },
    { what: 'a session' },
  );
  expect(sessions).toMatchObject([
    { prompt: 'do it', workspace: project, source: { kind: 'directory', path: project } },
  ]);
});
