/** What lasts of a page, across its own lives and beside another window of the same UI. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { openBrowser, openPage } from '../support/web/browser.ts';
import { KEYS, NOW } from '../support/web/fake-fleet.ts';
import { FakeUi } from '../support/web/fake-ui.ts';

const TERMINAL = '.session:not([hidden]) .xterm-screen :is(canvas, .xterm-rows)';
const at = (index: number) => `#/session/${encodeURIComponent(KEYS[index] ?? '')}`;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** A server that keeps the layout where the test sees it. */
function keeper() {
  const kept: { layout: { open?: readonly string[] } | null; times: number } = { layout: null, times: 0 };
  const answers = {
    getLayout: () => ({ layout: kept.layout }),
    putLayout: ({ layout }: { layout: unknown }) => {
      kept.layout = layout as { open: string[] };
      kept.times++;
      return {};
    },
  };
  return { kept, answers };
}

async function live(page: Page): Promise<void> {
  await page.locator('.link.live').waitFor();
  await page.locator('.session-item').first().waitFor();
}

it('is not overwritten by a window in which nothing was changed', async () => {
  const { kept, answers } = keeper();
  await using fake = await FakeUi.start({ answers });
  const { page: idle, context } = await openPage(browser);
  await idle.goto(`${fake.url}#/home`);
  await live(idle);
  const busy = await context.newPage();
  await busy.goto(`${fake.url}#/home`);
  await live(busy);
  await busy.locator('.session-item').first().click();
  await until(() => kept.layout?.open?.length === 1, { what: 'the tab is kept' });
  const { times } = kept;
  await busy.goto('about:blank');
  await idle.goto('about:blank');
  // What comes behind on the same way: all that those two had to say was said.
  await busy.goto(`${fake.url}#/home`);
  await busy.locator('.tab').waitFor();
  expect(kept).toMatchObject({ times, layout: { open: [KEYS[0]] } });
  await context.close();
});

it('has what was changed last, also where the page is closed at once', async () => {
  const { kept, answers } = keeper();
  await using fake = await FakeUi.start({ answers });
  const { page, context } = await openPage(browser);
  await page.goto(`${fake.url}#/home`);
  await live(page);
  await page.locator('.session-item').nth(1).click();
  await page.close();
  await until(() => kept.layout?.open?.length === 1, { what: 'the tab is kept' });
  await context.close();
});

it('stays on the overview where the page is loaded again there', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}${at(4)}`);
  await page.locator(TERMINAL).first().waitFor();
  // The layout of last time is read, and the new one kept.
  await page.waitForLoadState('networkidle');
  await page.getByRole('button', { name: 'Overview' }).click();
  await page.reload();
  await page.locator('.tab').waitFor();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  expect(await page.locator('.session:not([hidden])').count()).toBe(0);
  // By the address alone it opens what was shown last.
  await page.goto('about:blank');
  await page.goto(fake.url);
  await page.getByRole('heading', { name: 'api-v2', level: 1 }).waitFor();
  await context.close();
});

it('forgets the screen of a tab that was closed', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}${at(4)}`);
  await page.locator('.session .xterm-rows', { hasText: 'Claude Code' }).waitFor();
  fake.mute = true;
  await page.getByRole('button', { name: 'Close api-v2' }).click();
  await page.locator('.tab').waitFor({ state: 'detached' });
  await page.locator('.session-item', { hasText: 'api-v2' }).click();
  await page.locator('.session:not([hidden]) .xterm-rows').waitFor();
  await page.locator('.session:not([hidden]) .terminal-note').waitFor({ state: 'detached' });
  expect((await page.locator('.session .xterm-rows').textContent())?.trim()).toBe('');
  await context.close();
});

it('takes the rare ticks of a page that was hidden for no sleep', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser);
  await page.clock.install({ time: NOW });
  await page.goto(`${fake.url}${at(4)}`);
  await page.locator('.session .xterm-rows', { hasText: 'Claude Code' }).waitFor();
  const show = (hidden: boolean) =>
    page.evaluate((now) => {
      Object.defineProperty(document, 'hidden', { value: now, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  // Time goes on meanwhile, and the live connection may take a slow machine for silence.
  const terminals = () => fake.opened.filter((path) => path === '/api/terminal').length;
  expect(terminals()).toBe(1);
  await show(true);
  await page.clock.runFor(2000);
  fake.tell({ type: 'alive' });
  // The tick that is due comes once, when the page is seen again.
  await show(false);
  await page.clock.fastForward(8000);
  await page.clock.runFor(2500);
  expect(terminals()).toBe(1);
  await page.clock.fastForward(70_000);
  await until(() => terminals() === 2, { what: 'a sleep is one' });
  await context.close();
});
