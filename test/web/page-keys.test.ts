/** The page without a mouse, and through the life of its server. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { openBrowser, openPage } from '../support/web/browser.ts';
import { FLEET, KEYS, NOW } from '../support/web/fake-fleet.ts';
import { FakeUi } from '../support/web/fake-ui.ts';

const TERMINAL = '.session:not([hidden]) .xterm-screen :is(canvas, .xterm-rows)';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

it('is walked by keys alone', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
  await page.goto(`${fake.url}#/home`);
  await page.locator('.ask-card').first().waitFor();
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the content');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('pool');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Pool', level: 1 }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  for (const name of ['fix-auth', 'flaky-tests']) {
    await page.keyboard.press('Alt+Shift+A');
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.locator(TERMINAL).first().waitFor();
  }
  await page.keyboard.type('ls');
  await until(() => fake.typed.includes('ls'), { what: 'the terminal takes keys' });
  await page.keyboard.press('Alt+Shift+T');
  expect(await focused()).toMatch(/^flaky-tests/);
  await page.keyboard.press('Control+Shift+ArrowLeft');
  expect(await page.locator('.tab .tab-title').allTextContents()).toEqual(['flaky-tests', 'fix-auth']);
  await page.keyboard.press('Delete');
  await page.getByRole('heading', { name: 'fix-auth', level: 1 }).waitFor();
  await context.close();
});

it('keeps what asks still while a person types, and has it move again afterwards', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  const moving = () =>
    page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length);
  await page.goto(`${fake.url}#/home`);
  await page.locator('.ask-card').first().waitFor();
  for (const name of ['fix-auth', 'flaky-tests']) {
    await page.keyboard.press('Alt+Shift+A');
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  }
  await page.locator(TERMINAL).first().waitFor();
  await until(async () => (await moving()) > 0, { what: 'tabs of who asks pulse' });
  await until(
    async () => {
      await page.keyboard.type('l');
      return (await moving()) === 0;
    },
    { what: 'all stands still' },
  );
  await until(async () => (await moving()) > 0, { what: 'they pulse again' });
  await context.close();
});

it('offers the sizes that hosts have, the smallest first', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}#/start`);
  const size = page.getByRole('combobox', { name: 'Size of the host' });
  await size.selectOption('l');
  expect(await size.locator('option').allTextContents()).toEqual(['Any', 'm', 'l']);
  await until(() => fake.planned.at(-1)?.size === 'l', { what: 'it is asked where that would go' });
  await context.close();
});

it('says what changes, and comes back by itself when its server does', async () => {
  const fake = await FakeUi.start();
  const { page, context } = await openPage(browser);
  await page.clock.install({ time: NOW });
  await page.goto(`${fake.url}#/session/${encodeURIComponent(KEYS[4] ?? '')}`);
  await until(async () => (await page.title()) === '(4) api-v2 · Berth', {
    what: 'the title counts who asks',
  });
  const [key = '', row] = Object.entries(FLEET.sessions).find(([, { name }]) => name === 'web-perf') ?? [];
  const attention = FLEET.sessions[KEYS[0] ?? '']?.attention ?? null;
  if (row) fake.change({ sessions: { [key]: { ...row, attention } }, hosts: {} });
  await page.clock.runFor(1500);
  await until(async () => (await page.title()) === '(5) api-v2 · Berth', { what: 'another one asks' });
  await fake[Symbol.asyncDispose]();
  await page.locator('.link.lost').waitFor();
  await page.clock.runFor(12_000);
  await page.getByText('Reconnecting, as of 1', { exact: false }).first().waitFor();
  // What was known is still there to read.
  expect(await page.locator('.session-item').count()).toBe(KEYS.length);
  await using _again = await FakeUi.start({ port: fake.port });
  await page.clock.runFor(6000);
  await page.locator('.link.live').waitFor();
  await context.close();
});
