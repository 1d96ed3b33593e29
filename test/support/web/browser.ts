/** Debian's Chromium, driven by playwright-core. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export const CHROMIUM = '/usr/bin/chromium';

/**
 * The driver switches the partitioning of storage off, and frames of other sites may then store nothing at
 * all, which no browser of a person does: the last word on features counts.
 */
const FEATURES = '--disable-features=Translate,MediaRouter,OptimizationHints';
const LAUNCH = { executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage', FEATURES] };

/** `signals`: the driver ends it by itself where this process is told to end. */
export async function openBrowser({ signals = true } = {}): Promise<Browser> {
  return chromium.launch({ ...LAUNCH, handleSIGINT: signals, handleSIGTERM: signals, handleSIGHUP: signals });
}

export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained of: errors, and what its policy stopped. */
  readonly complaints: string[];
}

export interface Looks {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Where time stands for the page, in ms; null: it goes on. */
  readonly now?: number | null;
}

export async function openPage(browser: Browser, looks: Looks = {}): Promise<Watched> {
  const { width = 1440, height = 900, dark = false, now = null } = looks;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  if (now !== null) await page.clock.setFixedTime(now);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy/.test(message.text()))
      complaints.push(message.text());
  });
  return { page, context, complaints };
}
