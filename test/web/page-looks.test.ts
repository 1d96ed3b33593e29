/**
 * Every page in every state, light and dark, wide and narrow: nothing that people who hear the page would
 * miss, nothing that its policy stopped, nothing wider than the window. With BERTH_SCREENSHOTS=1 the
 * pictures in docs/screenshots are made anew: look at each before it goes in.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../support/programs.ts';
import { openBrowser, openPage } from '../support/web/browser.ts';
import { KEYS, NOW } from '../support/web/fake-fleet.ts';
import { FakeUi, type FakeUiOptions } from '../support/web/fake-ui.ts';

const PICTURES = join(ROOT, 'docs/screenshots');
const WRITE = process.env.BERTH_SCREENSHOTS === '1';

interface View {
  readonly name: string;
  readonly at: string;
  /** Seen once the page is as it is to be. */
  readonly seen: string;
  readonly act?: (page: Page, fake: FakeUi) => Promise<void>;
  readonly fake?: FakeUiOptions;
  /** Only there it is a view of its own. */
  readonly narrow?: boolean;
}

const at = (index: number) => `#/session/${encodeURIComponent(KEYS[index] ?? '')}`;
const TERMINAL = '.session:not([hidden]) .xterm-screen :is(canvas, .xterm-rows)';
const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();
const details = (part: string) => async (page: Page) => {
  await press(/^Details/)(page);
  await press(part)(page);
};

const VIEWS: readonly View[] = [
  { name: 'overview', at: '#/home', seen: '.ask-card .preview' },
  {
    name: 'session',
    at: at(0),
    seen: TERMINAL,
    act: async (page) => {
      for (const index of [1, 4, 5, 0]) {
        await page.goto(`${page.url().split('#')[0]}${at(index)}`);
        await page.locator('.session:not([hidden]) .terminal-note').waitFor({ state: 'detached' });
      }
    },
  },
  { name: 'details', at: at(0), seen: TERMINAL, act: details('About') },
  { name: 'changes', at: at(0), seen: TERMINAL, act: details('Changes') },
  {
    name: 'file',
    at: at(0),
    seen: TERMINAL,
    act: async (page) => {
      await details('Files')(page);
      await press(/summary/)(page);
      await page.locator('.look-text').waitFor();
    },
  },
  {
    name: 'search',
    at: at(0),
    seen: TERMINAL,
    act: async (page) => {
      await details('Search')(page);
      await page.getByLabel('Find in all it printed').fill('cookie');
      await page.locator('.matches').waitFor();
    },
  },
  { name: 'editor', at: at(4), seen: TERMINAL, act: press('Both') },
  { name: 'ended', at: at(11), seen: '.last-lines' },
  { name: 'waiting', at: at(8), seen: '.session:not([hidden]) .empty' },
  { name: 'start', at: '#/start', seen: '.placement-chosen' },
  {
    name: 'pool',
    at: '#/pool',
    seen: '.host',
    act: async (page) => {
      await page.getByRole('button', { name: 'Check' }).nth(1).click();
      await page.locator('.checks').waitFor();
    },
  },
  { name: 'events', at: '#/events', seen: '.events li' },
  { name: 'settings', at: '#/settings', seen: '.setting' },
  { name: 'palette', at: '#/home', seen: '.ask-card', act: (page) => page.keyboard.press('Control+k') },
  { name: 'keys', at: '#/home', seen: '.ask-card', act: (page) => page.keyboard.press('?') },
  {
    name: 'kill',
    at: at(0),
    seen: TERMINAL,
    act: async (page) => {
      await press('More')(page);
      await page.getByRole('menuitem', { name: /^Kill/ }).click();
    },
  },
  {
    name: 'sidebar',
    at: at(0),
    seen: TERMINAL,
    act: (page) => page.getByRole('button', { name: 'Sessions', exact: true }).click(),
    narrow: true,
  },
  { name: 'loading', at: '#/home', seen: '.page .loading', fake: { silent: true } },
  {
    name: 'empty',
    at: '#/home',
    seen: '.page .empty',
    fake: { fleet: { sessions: {}, hosts: {} } },
  },
  {
    name: 'reconnecting',
    at: '#/home',
    seen: '.ask-card .preview',
    act: async (page, fake) => {
      await fake[Symbol.asyncDispose]();
      await page.locator('.link.lost').waitFor();
    },
  },
];

const LOOKS = [
  { name: 'light-wide', width: 1440, height: 900, dark: false },
  { name: 'dark-wide', width: 1440, height: 900, dark: true },
  { name: 'light-narrow', width: 360, height: 740, dark: false },
  { name: 'dark-narrow', width: 360, height: 740, dark: true },
] as const;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

const CASES = LOOKS.flatMap((looks) =>
  VIEWS.filter(({ narrow }) => !narrow || looks.width < 760).map((view) => ({ looks, view })),
);

it.each(CASES)('$view.name $looks.name', async ({ looks, view }) => {
  await using fake = await FakeUi.start(view.fake);
  const { page, context, complaints } = await openPage(browser, { ...looks, now: NOW });
  await page.goto(`${fake.url}${view.at}`);
  await page.locator(view.seen).first().waitFor();
  await view.act?.(page, fake);
  await page.evaluate(() => document.fonts.ready);
  // Two frames: what was asked for is drawn.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForLoadState('networkidle');
  if (WRITE) {
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: join(PICTURES, `${view.name}-${looks.name}.png`) });
  }
  expect(await broken(page)).toEqual([]);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wide).toBeLessThanOrEqual(0);
  const expected = view.name === 'reconnecting' ? /ERR_CONNECTION|WebSocket/ : /^$/;
  expect(complaints.filter((text) => !expected.test(text))).toEqual([]);
  await context.close();
});

/** What axe finds, a line each. */
async function broken(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
      // Terminals have colours and texts of their own, frames their own pages.
      iframes: false,
      resultTypes: ['violations'],
    });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  });
}
