/** VS Code of a session beside its terminal, in the page: the real one. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CODE_SERVER_MS, giveCodeServer } from '../support/code-server.ts';
import { newRepository } from '../support/git-home.ts';
import { ROOT } from '../support/programs.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';
import { openBrowser } from '../support/web/browser.ts';
import { UiPage } from '../support/web/ui-page.ts';

const PICTURES = join(ROOT, 'docs/screenshots');
const WRITE = process.env.BERTH_SCREENSHOTS === '1';
/** Seconds by itself; a minute where much else runs. */
const LOADED_MS = 100_000;
/** Of src/auth.ts: it reads a cookie by the name of before. */
const LINE = 8;
const MENDED = '  const id = cookies[SESSION_COOKIE];';

const FILES: Readonly<Record<string, string>> = {
  'README.md': '# Accounts\n\nLog-ins, sessions and who may do what.\n',
  'package.json': '{ "name": "accounts", "type": "module" }\n',
  'src/cookies.ts': `export const SESSION_COOKIE = 'berth-session';

export const parseCookies = (text: string): Record<string, string> =>
  Object.fromEntries(text.split('; ').map((one) => one.split('=', 2)));
`,
  'src/http.ts': 'export interface Request { headers: { cookie: string } }\n',
  'src/sessions.ts': `export interface User { name: string; expired: boolean }

export const sessions = new Map<string, User>();
`,
  'src/auth.ts': `import type { Request } from './http.ts';
import { parseCookies, SESSION_COOKIE } from './cookies.ts';
import { sessions, type User } from './sessions.ts';

/** Who asks; null: nobody that is logged in. */
export function authenticate(request: Request): User | null {
  const cookies = parseCookies(request.headers.cookie);
  const id = cookies['berth_session'];
  if (!id) return null;
  const user = sessions.get(id);
  return user && !user.expired ? user : null;
}

export function logOut(request: Request): void {
  const { [SESSION_COOKIE]: id = '' } = parseCookies(request.headers.cookie);
  sessions.delete(id);
}
`,
  'test/auth.test.ts': "import { authenticate } from '../src/auth.ts';\n",
};

let sandbox: Sandbox;
let browser: Browser;
let ui: UiPage;
let workspace: string;
let code: FrameLocator;

beforeAll(async () => {
  sandbox = createSandbox();
  await giveCodeServer(sandbox);
  await sandbox.startAgent({ flags: ['--memory-capacity', '8G', '--default-slot', '4G'] });
  const started = ['start', '--json', '--name', 'fix-auth', '--preset', 'shell', '--memory', '4G'];
  const id = await startedId(sandbox, started);
  workspace = join(sandbox.stateDir, 'sessions', id, 'workspace');
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
  const git = newRepository(workspace);
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  browser = await openBrowser();
  ui = await UiPage.open(sandbox, browser);
  await ui.page.setViewportSize({ width: 1440, height: 900 });
  await ui.show(`local:${id}`);
  await ui.type("PS1='$ '; clear; echo $((6 * 7))");
  await ui.waitForText(/^42$/m);
  await ui.page.getByRole('button', { name: 'Both' }).click();
  code = ui.page.frameLocator('.editor iframe');
  await code.locator('.monaco-workbench').waitFor({ timeout: LOADED_MS });
}, CODE_SERVER_MS);
afterAll(async () => {
  await ui?.[Symbol.asyncDispose]();
  await browser?.close();
  await sandbox?.[Symbol.asyncDispose]();
});

it('has a file edited in it, and the terminal sees that', async () => {
  const { page } = ui;
  await code.getByRole('treeitem', { name: 'src' }).click();
  await code.getByRole('treeitem', { name: 'auth.ts' }).dblclick();
  await code.locator('.view-lines').getByText('authenticate').first().waitFor({ timeout: LOADED_MS });
  await page.keyboard.press('Control+Home');
  for (let line = 1; line < LINE; line++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+End');
  await page.keyboard.insertText(MENDED);
  await page.keyboard.press('Control+s');
  await until(() => readFileSync(join(workspace, 'src/auth.ts'), 'utf8').includes(MENDED), {
    what: 'the file is saved',
    deadlineMs: LOADED_MS,
  });
  await ui.type('clear; git diff --stat; git diff -U1');
  await ui.waitForText(/^\+ {2}const id = cookies\[SESSION_COOKIE\];$/m);
});

/** As a person does, on the page of settings. */
async function choose(theme: 'Light' | 'Dark'): Promise<void> {
  const { page } = ui;
  await page.goto(`${ui.ui.origin}/#/settings`);
  await page.getByRole('button', { name: theme, exact: true }).click();
  // Nothing in the editor is pointed at.
  await page.mouse.move(0, 0);
  await page.goBack();
  await code.locator(theme === 'Light' ? '.monaco-workbench.vs' : '.monaco-workbench.vs-dark').waitFor();
}

it('is dark where the page was made dark, and light where it was made light', async () => {
  // What a driver of browsers says goes over what the page says: nothing is said.
  await ui.page.emulateMedia({ colorScheme: null });
  await choose('Dark');
  await choose('Light');
});

it('is divided from the terminal by keys', async () => {
  const { page } = ui;
  const divider = page.getByRole('separator', { name: 'Divide terminal and editor' });
  const part = async () => Number(await divider.getAttribute('aria-valuenow'));
  await divider.focus();
  const before = await part();
  for (let n = 0; n < 5; n++) await page.keyboard.press('ArrowLeft');
  expect(await part()).toBe(before - 10);
});

it.runIf(WRITE)('has its pictures', async () => {
  const { page } = ui;
  const busy = code.locator('.statusbar-item', { hasText: /Saving|Analyzing|Initializing|Activating/ });
  const scrollbars = code.locator('.monaco-editor .scrollbar');
  const shownOf = (all: Element[]) => all.filter((one) => getComputedStyle(one).opacity !== '0').length;
  const pictures = async (size: string) => {
    for (const theme of ['Light', 'Dark'] as const) {
      await choose(theme);
      await until(async () => (await scrollbars.evaluateAll(shownOf)) === 0, {
        what: 'scrollbars have faded',
      });
      await page.screenshot({ path: join(PICTURES, `editor-${theme.toLowerCase()}-${size}.png`) });
    }
  };
  const tab = code.locator('.tab', { hasText: 'auth.ts' });
  await tab.click();
  await page.keyboard.press('Control+Home');
  await busy.waitFor({ state: 'detached', timeout: LOADED_MS });
  await code.locator('.statusbar-item', { hasText: 'main*' }).waitFor({ timeout: LOADED_MS });
  await pictures('wide');
  await tab.click();
  // On a narrow page there is room for the text alone.
  await page.keyboard.press('Control+b');
  await page.setViewportSize({ width: 320, height: 720 });
  await pictures('narrow');
});
