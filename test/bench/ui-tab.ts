/** The page of a real `berth ui` in a real browser, as a person has it. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import type { Running } from '../support/running.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { CHROMIUM, openBrowser } from '../support/web/browser.ts';
import { type Bench, unmeasured } from './measure.ts';

/** Rows that need a browser; where there is none the table says so. */
export async function inBrowser(
  bench: Bench,
  rows: readonly string[],
  measure: (browser: Browser) => Promise<void>,
): Promise<void> {
  if (!existsSync(CHROMIUM)) {
    for (const what of rows) bench.report(unmeasured(what, 'Chromium is not installed'));
    return;
  }
  // Ended by signals before its pages it would leave whoever waits for them waiting.
  const browser = await openBrowser({ signals: false });
  try {
    await measure(browser);
  } finally {
    await browser.close();
  }
}

/** A window like a person's: of usual size, with motion, and nothing kept from before. */
export function openWindow(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
}

/** Runs `berth ui`, and resolves with its link once that is printed. */
export async function startUi(sandbox: Sandbox): Promise<{ running: Running; link: string }> {
  const running = sandbox.spawnBerth(['ui', '--port', '0', '--no-open']);
  await spoke(running);
  const [link] = await running.waitForText(/http:\/\/localhost:\d+\/#token=[\w-]+/);
  return { running, link };
}

/** Resolves the moment that it prints something, or has ended. */
export async function spoke({ child, finished }: Running): Promise<void> {
  await Promise.race([child.stdout && once(child.stdout, 'data'), finished]);
}

export async function stopUi(running: Running): Promise<void> {
  running.kill('SIGTERM');
  await running.finished;
}

export class UiTab implements AsyncDisposable {
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly #context: BrowserContext;
  readonly #running: Running;

  private constructor(parts: { page: Page; cdp: CDPSession; context: BrowserContext; running: Running }) {
    this.page = parts.page;
    this.cdp = parts.cdp;
    this.#context = parts.context;
    this.#running = parts.running;
  }

  /** `probe` runs in the page before anything of its own. */
  static async open(sandbox: Sandbox, browser: Browser, probe: () => void): Promise<UiTab> {
    const { running, link } = await startUi(sandbox);
    const context = await openWindow(browser);
    const page = await context.newPage();
    await page.addInitScript(probe);
    await page.goto(link);
    await page.locator('.link.live').waitFor();
    return new UiTab({ page, cdp: await context.newCDPSession(page), context, running });
  }

  /** Opens a session, and waits until it is attached and what it shows stands still. */
  async show(key: string): Promise<void> {
    await this.page.evaluate(
      (fragment) => {
        location.hash = fragment;
      },
      `#/session/${encodeURIComponent(key)}`,
    );
    const shown = this.page.locator('.session:not([hidden])');
    await shown.locator('.xterm-screen').waitFor();
    await shown.locator('.terminal-note').waitFor({ state: 'detached' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    await stopUi(this.#running);
  }
}
