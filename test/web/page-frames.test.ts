/** What a session hands over to the page beside its terminal: its files, looked at safely. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { openBrowser } from '../support/web/browser.ts';
import { UiPage } from '../support/web/ui-page.ts';

const REPORT =
  '<style>p{color:teal}</style><p id=told>a report</p><script>told.textContent = "scripts run"</script>';

let sandbox: Sandbox;
let browser: Browser;
let ui: UiPage;

beforeAll(async () => {
  sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--memory-capacity', '8G', '--default-slot', '4G'] });
  const script = [
    `echo '${REPORT}' >"$BERTH_OUTPUT_DIR/report.html"`,
    'echo "<b>plain</b> text" >"$BERTH_OUTPUT_DIR/notes.txt"',
    'echo ready; exec bash --norc',
  ].join('; ');
  const id = await startedId(sandbox, ['start', '--json', '--name', 'giver', '--', 'bash', '-c', script]);
  browser = await openBrowser();
  ui = await UiPage.open(sandbox, browser);
  await ui.show(`local:${id}`);
  await ui.waitForText(/ready/);
});
afterAll(async () => {
  await ui?.[Symbol.asyncDispose]();
  await browser?.close();
  await sandbox?.[Symbol.asyncDispose]();
});

it('shows a page of a session, whose scripts do not run, and text as text', async () => {
  const { page } = ui;
  await page.getByRole('button', { name: /^Details/ }).click();
  await page.getByRole('button', { name: 'Files' }).click();
  await page.locator('.artifacts button', { hasText: 'report.html' }).click();
  const told = page.frameLocator('.look-page').locator('#told');
  expect(await told.textContent()).toBe('a report');
  await page.getByRole('button', { name: 'Back to all files' }).click();
  await page.locator('.artifacts button', { hasText: 'notes.txt' }).click();
  expect(await page.locator('.look-text').textContent()).toBe('<b>plain</b> text\n');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('notes.txt');
  await page.getByRole('button', { name: 'Close details' }).click();
});
