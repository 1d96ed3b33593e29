/**
 * Every page in every state, light and dark, from 320 px to ultra-wide: nothing that people who hear the page
 * would miss, nothing that its policy stopped, nothing that does not fit. With BERTH_SCREENSHOTS=1 the
 * pictures in docs/screenshots are made anew: look at each before it goes in.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { openBrowser, openPage } from '../support/web/browser.ts';
import { KEYS, NOW } from '../support/web/fake-fleet.ts';
import { FakeUi, type FakeUiOptions } from '../support/web/fake-ui.ts';

const PICTURES = join(ROOT, 'docs/screenshots');
const WRITE = process.env.BERTH_SCREENSHOTS === '1';

/** These scroll sideways by design, or show as much of their text as there is room for. */
const MOVING = '.tab-list, .diff-lines, .terminal-screen, .preview, .unseen, .skip';

interface View {
  readonly name: string;
  readonly at: string;
  /** Seen once the page is as it is to be. */
  readonly seen: string;
  readonly act?: (page: Page, fake: FakeUi) => Promise<void>;
  readonly fake?: FakeUiOptions;
  /** Only there it is a view of its own. */
  readonly narrow?: boolean;
  /** Looks that are kept as pictures; default: all but the widest. */
  readonly pictures?: RegExp;
}

const at = (index: number) => `#/session/${encodeURIComponent(KEYS[index] ?? '')}`;
const TERMINAL = '.session:not([hidden]) .xterm-screen :is(canvas, .xterm-rows)';
const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();
const details = (part: string) => async (page: Page) => {
  await press(/^Details/)(page);
  await press(part)(page);
};

const VIEWS: readonly View[] = [
  { name: 'overview', at: '#/home', seen: '.ask-card .preview', pictures: /./ },
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
  // Its picture is of the real one: page-editor.test.ts.
  { name: 'editor', at: at(4), seen: TERMINAL, act: press('Both'), pictures: /^$/ },
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
    name: 'away',
    at: '#/home',
    seen: '.page .loading',
    fake: { silent: true },
    act: async (page, fake) => {
      await fake[Symbol.asyncDispose]();
      await page.locator('.command').waitFor();
    },
  },
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

type Theme = 'light' | 'dark';

interface Looks {
  readonly size: { readonly name: string; readonly width: number; readonly height: number };
  readonly theme: Theme;
  /** Beside the pictures. What is drawn elsewhere from the same elements in the same colours is not asked twice. */
  readonly checks: readonly ('fits' | 'axe')[];
}

const WIDE = { name: 'wide', width: 1440, height: 900 };
const ULTRA = { name: 'ultra', width: 3440, height: 1440 };
/** The narrowest there is. */
const NARROW = { name: 'narrow', width: 320, height: 720 };
const LOOKS: readonly Looks[] = [
  { size: WIDE, theme: 'light', checks: ['fits', 'axe'] },
  { size: WIDE, theme: 'dark', checks: ['axe'] },
  { size: ULTRA, theme: 'light', checks: ['fits', 'axe'] },
  { size: NARROW, theme: 'light', checks: ['fits', 'axe'] },
  { size: NARROW, theme: 'dark', checks: ['axe'] },
];

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

it.each(VIEWS)('$name', async (view) => {
  await using fake = await FakeUi.start(view.fake);
  const all = LOOKS.filter(({ size }) => size === NARROW || !view.narrow);
  const { page, context, complaints } = await openPage(browser, { ...all[0]?.size, now: NOW });
  await page.goto(`${fake.url}${view.at}`);
  await page.locator(view.seen).first().waitFor();
  await view.act?.(page, fake);
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(axe.source);
  const wrong: string[] = [];
  // One page for all of them: sizes and colours change under it, as on a desk.
  for (const { size, theme, checks } of all) {
    if (checks.length === 0 && !WRITE) continue;
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: theme });
    await drawn(page);
    const found = checks.includes('fits') ? await staysCutOff(page) : [];
    if (checks.includes('axe')) found.push(...(await broken(page)));
    wrong.push(...found.map((words) => `${theme} ${size.name}: ${words}`));
    await picture(page, view, `${theme}-${size.name}`);
  }
  expect(wrong).toEqual([]);
  const expected = ['away', 'reconnecting'].includes(view.name)
    ? /ERR_CONNECTION|WebSocket|fetching the script/
    : /^$/;
  expect(complaints.filter((text) => !expected.test(text))).toEqual([]);
  await context.close();
});

/** What was asked for is there, and drawn: two frames. */
async function drawn(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

async function picture(
  page: Page,
  { name, pictures = /-(?:wide|narrow)$/ }: View,
  looks: string,
): Promise<void> {
  if (!WRITE || !pictures.test(`-${looks}`)) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}-${looks}.png`) });
}

/** What axe finds, a line each. */
async function broken(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(
      // Terminals have colours of their own, frames their own pages.
      { exclude: ['.xterm-rows'] },
      {
        iframes: false,
        resultTypes: ['violations'],
      },
    );
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  });
}

/** Terminals fit themselves to another size of the window a few frames later. */
async function staysCutOff(page: Page): Promise<string[]> {
  let found: string[] = [];
  const fits = async () => {
    found = await cutOff(page);
    return found.length === 0;
  };
  await until(fits, { what: 'all fits', deadlineMs: 5000 }).catch(() => {});
  return found;
}

/** What does not fit: beside the window, or into what it stands in, but for text that ends in dots there. */
async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate((moving) => {
    const within = window.innerWidth + 1;
    const nameOf = ({ tagName, className }: Element) => `${tagName.toLowerCase()}.${className}`;
    const found: string[] = [];
    for (const element of document.querySelectorAll('body *')) {
      if (element.closest(moving)) continue;
      const { visibility, overflowX, textOverflow } = getComputedStyle(element);
      const { left, right, width, height } = element.getBoundingClientRect();
      if (visibility === 'hidden' || width < 2 || height < 2) continue;
      if (left < -1 || right > within) found.push(`${nameOf(element)} ends at ${Math.round(right)}`);
      const over = element.scrollWidth - element.clientWidth;
      if (overflowX !== 'visible' && textOverflow === 'clip' && over > 1)
        found.push(`${nameOf(element)} lacks ${over} px`);
    }
    return found;
  }, MOVING);
}
