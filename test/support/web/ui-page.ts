/** The page of a real `berth ui` in a real browser, as a person uses it. */
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { ROOT } from '../programs.ts';
import type { Sandbox } from '../sandbox.ts';
import { UiClient } from '../ui-client.ts';
import { until } from '../until.ts';
import { openPage, type Watched } from './browser.ts';

const WEB_DIR = join(ROOT, 'packages/client/dist/web');

export class UiPage implements AsyncDisposable {
  readonly #watched: Watched;
  readonly ui: UiClient;

  private constructor(watched: Watched, ui: UiClient) {
    this.#watched = watched;
    this.ui = ui;
  }

  /** Runs `berth ui` and opens the link that it prints; terminals are read out, so that their text is in the page. */
  static async open(sandbox: Sandbox, browser: Browser, args: readonly string[] = []): Promise<UiPage> {
    const ui = await UiClient.start(sandbox, {
      args: ['--port', '0', '--no-open', ...args],
      env: { BERTH_WEB_DIR: WEB_DIR },
    });
    const watched = await openPage(browser, { width: 1200, height: 700 });
    const page = new UiPage(watched, ui);
    await page.page.addInitScript(rememberWhatIsAsked);
    await page.page.goto(`${ui.origin}/#token=${ui.token}`);
    await page.page.locator('.link.live').waitFor();
    await page.page.goto(`${ui.origin}/#/settings`);
    await page.page.getByLabel('Read terminals out').check();
    // The first link is used up: another lets the tests in beside the browser.
    const { stdout } = await sandbox.berth(['ui', '--no-open']);
    await ui.logIn(/#token=([\w-]+)/.exec(stdout)?.[1]);
    return page;
  }

  get page(): Page {
    return this.#watched.page;
  }

  get complaints(): readonly string[] {
    return this.#watched.complaints;
  }

  /** Opens a session and waits until its terminal is attached. */
  async show(key: string): Promise<void> {
    await this.page.goto(`${this.ui.origin}/#/session/${encodeURIComponent(key)}`);
    await this.attached();
  }

  async attached(): Promise<void> {
    await this.page
      .locator('.session:not([hidden]) .xterm-accessibility-tree')
      .waitFor({ state: 'attached' });
    await this.page.locator('.session:not([hidden]) .terminal-note').waitFor({ state: 'detached' });
  }

  /** What is said over the terminal that is shown. */
  note(text: string): Locator {
    return this.page.locator('.session:not([hidden]) .terminal-note', { hasText: text });
  }

  /** The text of the terminal that is shown. */
  async screen(): Promise<string> {
    const rows = this.page.locator('.session:not([hidden]) .xterm-accessibility-tree > div');
    return (await rows.allInnerTexts()).map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
  }

  async waitForText(pattern: RegExp, deadlineMs = 20_000): Promise<string> {
    let last = '';
    try {
      return await until(
        async () => {
          last = await this.screen();
          return pattern.test(last) ? last : null;
        },
        { what: `${pattern} on the screen`, deadlineMs },
      );
    } catch (cause) {
      throw new Error(`not on the screen: ${pattern}; it shows:\n${last}`, { cause });
    }
  }

  async focus(): Promise<void> {
    await this.page.locator('.session:not([hidden]) .xterm-helper-textarea').focus();
  }

  /** Keys, a line at a time. */
  async type(text: string): Promise<void> {
    await this.focus();
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  /** As the clipboard of the person would. */
  async paste(text: string): Promise<void> {
    await this.focus();
    await this.page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    }, text);
  }

  /** What the page asked of the system so far: titles of notifications, numbers of its badge, sounds played. */
  asked(): Promise<Asked> {
    return this.page.evaluate(() => (window as unknown as { asked: Asked }).asked);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watched.context.close();
    this.ui.running.kill('SIGTERM');
    await this.ui.running.finished;
  }
}

interface Asked {
  readonly notified: string[];
  /** 0: it was taken away. */
  readonly badges: number[];
  readonly sounds: number;
}

/** Headless browsers show and play nothing: what the page asks for is noted. */
function rememberWhatIsAsked(): void {
  const asked = { notified: [] as string[], badges: [] as number[], sounds: 0 };
  class Noted {
    static readonly permission = 'granted';
    static readonly requestPermission = async () => 'granted';
    onclick: (() => void) | null = null;
    constructor(title: string) {
      asked.notified.push(title);
    }
    close(): void {}
  }
  class Silent extends OfflineAudioContext {
    constructor() {
      super(1, 1, 44_100);
      asked.sounds++;
    }
    async close(): Promise<void> {}
  }
  Object.assign(window, { asked, Notification: Noted, AudioContext: Silent });
  const badge = async (count = 0) => void asked.badges.push(count);
  Object.assign(navigator, { setAppBadge: badge, clearAppBadge: () => badge(0) });
}
