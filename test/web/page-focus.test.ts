/** The page by keys alone: the focus is always somewhere that leads on, and goes back to where it was. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { openBrowser, openPage } from '../support/web/browser.ts';
import { FLEET, KEYS, NOW } from '../support/web/fake-fleet.ts';
import { FakeUi } from '../support/web/fake-ui.ts';

const TERMINAL = 'Terminal input';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

const at = (index: number) => `#/session/${encodeURIComponent(KEYS[index] ?? '')}`;

const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return 'nothing';
    return element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
  });
const comesTo = (page: Page, name: RegExp | string) =>
  until(async () => new RegExp(name).test(await focused(page)), { what: `the focus is on ${name}` });

it('goes back to the terminal from a dialog, and to the button of a menu', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}${at(4)}`);
  await comesTo(page, TERMINAL);
  const closed = () => page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+Shift+k');
  await comesTo(page, 'Find a session or an action');
  await page.keyboard.press('Escape');
  await closed();
  expect(await focused(page)).toBe(TERMINAL);
  // To the session that is shown already.
  await page.keyboard.press('Control+Shift+k');
  await page.keyboard.type('api-v2');
  await page.keyboard.press('Enter');
  await closed();
  expect(await focused(page)).toBe(TERMINAL);
  // One dialog after the other.
  await page.keyboard.press('Control+Shift+k');
  await page.keyboard.type('shortcuts');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await closed();
  expect(await focused(page)).toBe(TERMINAL);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: /^Rename/ }).click();
  expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('api-v2');
  await page.keyboard.press('Escape');
  await closed();
  expect(await focused(page)).toBe('More');
  await context.close();
});

it('goes to the terminal when what had it goes away', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}${at(0)}`);
  await comesTo(page, TERMINAL);
  await page.keyboard.press('Alt+Shift+D');
  await page.getByRole('button', { name: 'Close details' }).click();
  expect(await focused(page)).toBe(TERMINAL);
  const [key = '', row] = Object.entries(FLEET.sessions)[0] ?? [];
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  expect(await focused(page)).toBe('Acknowledge');
  if (row) fake.change({ sessions: { [key]: { ...row, attention: null } }, hosts: {} });
  await page.locator('.head-prompt').waitFor();
  expect(await focused(page)).toBe(TERMINAL);
  await page.keyboard.press('Control+Shift+f');
  await comesTo(page, 'Find on the screen');
  await page.locator('.session .xterm-helper-textarea').focus();
  await page.keyboard.press('Control+Shift+f');
  await comesTo(page, 'Find on the screen');
  await context.close();
});

it('skips to the content without leaving the session', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}${at(4)}`);
  await comesTo(page, TERMINAL);
  await page.locator('.skip').focus();
  await page.keyboard.press('Enter');
  await comesTo(page, TERMINAL);
  expect(await page.getByRole('heading', { level: 1 }).allTextContents()).toEqual(['api-v2']);
  await page.goto(`${fake.url}#/pool`);
  await page.locator('.skip').focus();
  await page.keyboard.press('Enter');
  await until(() => page.evaluate(() => document.activeElement?.tagName === 'MAIN'), { what: 'the content' });
  expect(await page.getByRole('heading', { level: 1 }).allTextContents()).toEqual(['Pool']);
  await context.close();
});

it('reaches the tabs from every page, and stays with them while they are closed', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  for (const index of [0, 1, 5, 6]) {
    await page.goto(`${fake.url}${at(index)}`);
    await comesTo(page, TERMINAL);
  }
  await page.goto(`${fake.url}#/home`);
  await page.locator('.ask-card').first().waitFor();
  await page.getByRole('button', { name: 'Sessions', exact: true }).or(page.locator('.skip')).first().focus();
  for (let n = 0; n < 120 && !(await focused(page)).startsWith('fix-auth asks'); n++)
    await page.keyboard.press('Tab');
  // In the strip, not at the side.
  await until(() => page.evaluate(() => document.activeElement?.classList.contains('tab-open') ?? false), {
    what: 'the tab has the focus',
  }).catch(() => expect.unreachable('no tab is reached by the key Tab'));
  await page.keyboard.press('ArrowRight');
  for (const name of ['web-perf', 'shell']) {
    await page.keyboard.press('Delete');
    await comesTo(page, `^${name}`);
  }
  expect(await page.locator('.tab .tab-title').allTextContents()).toEqual(['fix-auth', 'shell']);
  await context.close();
});

it('closes a menu when VS Code beside it is clicked', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}${at(4)}`);
  await page.getByRole('button', { name: 'Both' }).click();
  await page.frameLocator('.editor iframe').locator('main').waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menu').waitFor();
  await page.locator('.editor iframe').click({ position: { x: 20, y: 200 } });
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await context.close();
});

it('stays where a person writes while a session starts beside it', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}${at(8)}`);
  await page.getByText('Waiting in line for a slot').waitFor();
  const filter = page.getByLabel('Filter sessions and tabs');
  await filter.click();
  await page.keyboard.type('nig');
  const [key = '', row] = Object.entries(FLEET.sessions)[8] ?? [];
  if (row) fake.change({ sessions: { [key]: { ...row, status: 'running', state: 'running' } }, hosts: {} });
  await page.locator('.session:not([hidden]) .xterm-rows', { hasText: 'Claude Code' }).waitFor();
  await page.keyboard.type('htly');
  expect({ filter: await filter.inputValue(), typed: fake.typed }).toEqual({ filter: 'nightly', typed: '' });
  await context.close();
});

it('goes into the list of sessions over a narrow page, and back with Escape', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW, width: 320 });
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await page.goto(`${fake.url}#/home`);
  await page.locator('.ask-card').first().waitFor();
  await page.getByRole('button', { name: 'Sessions', exact: true }).focus();
  await page.keyboard.press('Enter');
  await comesTo(page, '^Overview$');
  await page.keyboard.press('Escape');
  await comesTo(page, '^Sessions$');
  await context.close();
});

it('leaves to a Mac what its keyboard writes with Option', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.addInitScript(() => Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' }));
  for (const index of [0, 4]) {
    await page.goto(`${fake.url}${at(index)}`);
    await comesTo(page, TERMINAL);
  }
  const press = (keys: { code: string; key: string; keyCode: number }) =>
    page.evaluate((pressed) => {
      const send = (type: string, more: object) =>
        document.activeElement?.dispatchEvent(
          new KeyboardEvent(type, { ...pressed, ...more, altKey: true, bubbles: true, cancelable: true }),
        );
      if (send('keydown', {})) send('keypress', { charCode: pressed.key.charCodeAt(0), keyCode: 0 });
    }, keys);
  await press({ code: 'Digit1', key: '|', keyCode: 49 });
  await until(() => fake.typed !== '', { what: 'it is typed' });
  // With other keyboards it is Meta, as shells know it.
  await press({ code: 'KeyF', key: 'ƒ', keyCode: 70 });
  await until(() => fake.typed.length > 1, { what: 'Meta and the letter are typed' });
  expect(fake.typed).toBe('|\u001bf');
  expect(await page.getByRole('heading', { level: 1 }).allTextContents()).toContain('api-v2');
  await context.close();
});
