/** What is long, many, of another direction, or drawn in the colours of the system: it fits, and is told apart. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FleetState } from '../../packages/client/src/web/protocol.ts';
import { until } from '../support/until.ts';
import { openBrowser, openPage } from '../support/web/browser.ts';
import { ago, FLEET, KEYS, NOW } from '../support/web/fake-fleet.ts';
import { FakeUi } from '../support/web/fake-ui.ts';

const HOST = 'build-agent-westus3-standard-d16ads-v5-0000000017.internal.example';
const NAME = 'refactor_the_whole_billing_module_and_everything_that_uses_it_64';
const at = (key = '') => `#/session/${encodeURIComponent(key)}`;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** The names of what stands beyond the window, sideways. */
function beyond(page: Page, within: string): Promise<string[]> {
  return page.evaluate(
    (scope) =>
      [...document.querySelectorAll(`${scope}, ${scope} *`)]
        .filter((element) => !element.closest('.tab-list, .unseen, .skip, .preview, .terminal-screen'))
        .filter((element) => {
          const { left, right, width } = element.getBoundingClientRect();
          const { visibility, overflowX, textOverflow } = getComputedStyle(element);
          if (visibility === 'hidden' || width < 2 || element instanceof HTMLInputElement) return false;
          const cut =
            overflowX !== 'visible' &&
            textOverflow === 'clip' &&
            element.scrollWidth > element.clientWidth + 1;
          return cut || left < -1 || right > window.innerWidth + 1;
        })
        .map(({ tagName, className }) => `${tagName.toLowerCase()}.${String(className)}`),
    within,
  );
}

const SIZES = [1440, 1024, 900, 800, 761, 700, 320];

it('shows the head of a session beside the sidebar, however wide the window is', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  for (const index of [0, 5, 8, 9, 11]) {
    await page.goto(`${fake.url}${at(KEYS[index])}`);
    await page.locator('.session:not([hidden]) .head-line').waitFor();
    for (const width of SIZES) {
      await page.setViewportSize({ width, height: 700 });
      expect([width, ...(await beyond(page, '.session:not([hidden]) .session-head'))]).toEqual([width]);
    }
  }
  await context.close();
});

function longFleet(): FleetState {
  const line = 'the answer'.repeat(20).replaceAll(' ', '_');
  const rows = Object.values(FLEET.sessions).map((row, index) => ({
    ...row,
    ...{ name: NAME, session: NAME, vm_name: HOST, hostname: HOST, prompt: 'x'.repeat(3000) },
    tags: { team: 'z'.repeat(200) },
    workspace: `/home/${'d'.repeat(300)}`,
    attention:
      index < 9
        ? ({ kind: 'input', reason: line, line, since: ago(3), source: 'hook', snoozed_until: null } as const)
        : null,
  }));
  const { 'gpu-1': host } = FLEET.hosts;
  const known = host ? { [HOST]: { ...host, name: HOST, warnings: ['w'.repeat(300)] } } : {};
  return {
    sessions: Object.fromEntries(rows.map((row) => [`${HOST}:${row.session_id}`, row])),
    hosts: { ...known, 'old-box': { ...FLEET.hosts['old-box'], name: 'old-box', error: 'e'.repeat(300) } },
  } as FleetState;
}

it('fits the longest names, prompts and paths', async () => {
  const fleet = longFleet();
  await using fake = await FakeUi.start({ fleet });
  const { page, context } = await openPage(browser, { now: NOW });
  const [first, , , , , , , , , stale] = Object.keys(fleet.sessions);
  const session = page.locator('.session:not([hidden])');
  for (const width of [1440, 800, 320]) {
    // Terminals fit themselves to another size of the window a few frames later.
    const fits = async (what: string, within = 'body') => {
      let found: string[] = [];
      const none = async () => {
        found = await beyond(page, within);
        return found.length === 0;
      };
      await until(none, { what: 'all fits', deadlineMs: 3000 }).catch(() => {});
      expect({ what, width, beyond: found }).toEqual({ what, width, beyond: [] });
    };
    await page.setViewportSize({ width, height: 720 });
    const places = [
      '#/home',
      at(stale),
      at(`${HOST}:sess-of-before`),
      '#/start',
      '#/pool',
      '#/events',
      at(first),
    ];
    for (const place of places) {
      await page.goto(`${fake.url}${place}`);
      await page.locator('.page, .session:not([hidden]) > *').first().waitFor();
      await fits(place);
    }
    await session.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: /^Kill/ }).click();
    await fits('question', 'dialog');
    await page.keyboard.press('Escape');
    for (const name of ['All tabs', 'Snooze', /ports$/]) {
      await page.getByRole('button', { name }).first().click();
      await page.getByRole('menu').waitFor();
      await fits(String(name), '.menu-list');
      await page.keyboard.press('Escape');
    }
    // The last ones have no screen below: the menu hangs out of them.
    await page.goto(`${fake.url}#/home`);
    const card = page.locator('.ask-card').nth(8);
    await card.getByRole('button', { name: 'Snooze' }).click();
    await page.getByRole('menuitem', { name: 'For 4 hours' }).click({ timeout: 5000 });
  }
  await context.close();
});

it('says of a session that asks how old that is, where its host is away', async () => {
  const [key = '', row] = Object.entries(FLEET.sessions)[0] ?? [];
  const sessions = row ? { [key]: { ...row, stale_since: ago(18) } } : {};
  await using fake = await FakeUi.start({ fleet: { ...FLEET, sessions } });
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}#/home`);
  await page.locator('.ask-card', { hasText: 'as of 18m ago' }).waitFor();
  await context.close();
});

it('begins what runs from right to left at the right, so that dots stand for its end', async () => {
  const [key = '', row] = Object.entries(FLEET.sessions)[4] ?? [];
  const name = 'إصلاح-الدخول-بعد-تغيير-اسم-الملف-الطويل';
  const sessions = row ? { [key]: { ...row, name, session: name, prompt: `${name} src/main.ts` } } : {};
  await using fake = await FakeUi.start({ fleet: { ...FLEET, sessions } });
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}${at(key)}`);
  await page.locator('.head-prompt').waitFor();
  for (const place of ['.session-name', '.session-words', '.tab-title', 'h1', '.head-prompt'])
    expect([place, await page.locator(place).evaluate((at) => getComputedStyle(at).direction)]).toEqual([
      place,
      'rtl',
    ]);
  await page.goto(`${fake.url}#/start`);
  const prompt = page.getByLabel('Prompt');
  await prompt.fill(name);
  expect(await prompt.evaluate((at) => getComputedStyle(at).direction)).toBe('rtl');
  await context.close();
});

it('shows all of the current tab among many, also what closes it', async () => {
  const layout = { open: KEYS, active: KEYS[6] };
  await using fake = await FakeUi.start({ answers: { getLayout: () => ({ layout }) } });
  const { page, context } = await openPage(browser, { now: NOW, width: 900 });
  await page.goto(fake.url);
  const inside = () =>
    page.evaluate(() => {
      const right = (selector: string) =>
        Math.round(document.querySelector(selector)?.getBoundingClientRect().right ?? Number.NaN);
      return right('.tab.current .tab-close') <= right('.tab-list');
    });
  await page.locator('.tab.current').waitFor();
  await until(inside, { what: 'it can be closed', deadlineMs: 3000 });
  await page.keyboard.press('Alt+Shift+ArrowRight');
  await page.locator('.tab.current', { hasText: 'data-import' }).waitFor();
  await until(inside, { what: 'the next one can be closed', deadlineMs: 3000 });
  await context.close();
});

it('lists tabs of the same name each once', async () => {
  const [first, second] = Object.entries(FLEET.sessions).filter(([, { vm_name }]) => vm_name === 'build-3');
  if (!first || !second) throw new Error('the fake host has two sessions');
  const sessions = Object.fromEntries([first, second].map(([key, row]) => [key, { ...row, name: 'twin' }]));
  await using fake = await FakeUi.start({ fleet: { ...FLEET, sessions } });
  const { page, context, complaints } = await openPage(browser, { now: NOW });
  for (const [index, [key]] of [first, second].entries()) {
    await page.goto(`${fake.url}${at(key)}`);
    await page.locator('.tab').nth(index).waitFor();
  }
  await page.getByRole('button', { name: 'All tabs' }).click();
  const entries = page.getByRole('menuitem', { name: /^twin/ });
  await entries.nth(1).waitFor();
  // One of them goes while the list is open.
  fake.change({ sessions: { [first[0]]: null }, hosts: {} });
  await page.getByRole('menuitem', { name: /^sess-/ }).waitFor();
  expect(await entries.count()).toBe(1);
  expect(complaints).toEqual([]);
  await context.close();
});

it('tells what is chosen, on and full in the colours of the system, too', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.emulateMedia({ forcedColors: 'active' });
  const look = (selector: string, pseudo = '') =>
    page
      .locator(selector)
      .first()
      .evaluate((element, part) => {
        const { backgroundColor, outlineStyle, outlineColor } = getComputedStyle(element, part || undefined);
        return `${backgroundColor} ${outlineStyle} ${outlineColor}`;
      }, pseudo);
  await page.goto(`${fake.url}${at(KEYS[0])}`);
  await page.locator('.tab.current').waitFor();
  await page.goto(`${fake.url}${at(KEYS[1])}`);
  await page.locator('.tab').nth(1).waitFor();
  expect(await look('.tab.current .tab-body')).not.toBe(await look('.tab:not(.current) .tab-body'));
  expect(await look('.memory .bar > span')).not.toBe(await look('.memory .bar'));
  await page.goto(`${fake.url}#/settings`);
  await page.locator('.setting').waitFor();
  const [pressed, other] = ['.segmented [aria-pressed="true"]', '.segmented [aria-pressed="false"]'];
  expect(await look(pressed)).not.toBe(await look(other));
  expect(await look('.switch input:checked')).not.toBe(await look('.switch input:not(:checked)'));
  expect(await look('.switch input:not(:checked)', '::after')).not.toBe(
    await look('.switch input:not(:checked)'),
  );
  await page.keyboard.press('Control+k');
  await page.getByRole('option').nth(1).waitFor();
  expect(await look('[role=option][aria-selected="true"]')).not.toBe(
    await look('[role=option][aria-selected="false"]'),
  );
  await context.close();
});
