/** Many open sessions: the page holds few terminals, and brings the others back at once. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { openBrowser } from '../support/web/browser.ts';
import { UiPage } from '../support/web/ui-page.ts';

const SESSIONS = 50;
const MOST_DRAWN = 3;
const MOST_HEAP_BYTES = 80 * 1024 * 1024;

let sandbox: Sandbox;
let browser: Browser;
let ui: UiPage;
const keys: string[] = [];

beforeAll(async () => {
  sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--memory-capacity', '64G'] });
  for (let n = 0; n < SESSIONS; n++) {
    const script = `seq 1 200; echo session number ${n}; exec cat`;
    const args = ['start', '--json', '--memory', '64M', '--name', `many-${n}`, '--', 'bash', '-c', script];
    keys.push(`local:${await startedId(sandbox, args)}`);
  }
  browser = await openBrowser();
  ui = await UiPage.open(sandbox, browser);
}, 240_000);
afterAll(async () => {
  await ui?.[Symbol.asyncDispose]();
  await browser?.close();
  await sandbox?.[Symbol.asyncDispose]();
});

async function heapBytes(): Promise<number> {
  const session = await ui.page.context().newCDPSession(ui.page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
  await session.detach();
  return usedSize;
}

it(`holds ${SESSIONS} open sessions in bounded memory, each back with its screen`, async () => {
  for (const [n, key] of keys.entries()) {
    await ui.show(key);
    await ui.waitForText(new RegExp(`session number ${n}$`, 'm'));
  }
  expect(await ui.page.locator('.tab').count()).toBe(SESSIONS);
  expect(await ui.page.locator('.terminal .xterm').count()).toBe(MOST_DRAWN);
  const heap = await heapBytes();
  // What was kept of a screen is painted before the session itself answers.
  await ui.page.locator('.tab-open', { hasText: 'many-7' }).first().click();
  await ui.waitForText(/session number 7$/m);
  await ui.attached();
  await ui.type('again');
  await ui.waitForText(/again\nagain/);
  console.log(`${SESSIONS} sessions: ${Math.round(heap / 1024 / 1024)} MiB of heap`);
  expect(heap).toBeLessThan(MOST_HEAP_BYTES);
});
