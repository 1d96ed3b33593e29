/** The page while what it stands on is away: the laptop sleeps, the UI is ended, started again, or of a new build. */
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findMarked } from '../support/marker.ts';
import { ROOT } from '../support/programs.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { UiClient } from '../support/ui-client.ts';
import { until } from '../support/until.ts';
import { openBrowser, openPage } from '../support/web/browser.ts';
import { UiPage } from '../support/web/ui-page.ts';

const WEB_DIR = join(ROOT, 'packages/client/dist/web');

let sandbox: Sandbox;
let sshd: TestSshd;
let browser: Browser;
let near: string;
let far: string;

beforeAll(async () => {
  sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--memory-capacity', '4G'] });
  await sandbox.startAgent({ name: 'far', flags: ['--memory-capacity', '4G'] });
  sshd = await TestSshd.start(sandbox, { name: 'far' });
  configureHosts(sandbox, [{ sshd }]);
  [near, far] = [await start('local', 'near-by'), await start('far', 'far-off')];
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await sshd?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

async function start(host: string, name: string): Promise<string> {
  const args = ['start', '--json', '--host', host, '--memory', '64M', '--name', name, '--', 'cat'];
  return `${host}:${await startedId(sandbox, args)}`;
}

it('comes back by itself after the machine slept, and nothing is lost', async () => {
  await using ui = await UiPage.open(sandbox, browser);
  const { page } = ui;
  for (const key of [near, far]) {
    await ui.show(key);
    await ui.type('before');
    await ui.waitForText(/before\nbefore/);
  }
  const loaded = await page.evaluate(() => performance.timeOrigin);
  const ssh = findMarked([sandbox.dir]).filter(({ command }) => /^\S*ssh /.test(command));
  expect(ssh.length).toBeGreaterThan(0);
  const asleep = [ui.ui.running.child.pid ?? 0, ...ssh.map(({ pid }) => pid)];
  for (const pid of asleep) process.kill(pid, 'SIGSTOP');
  try {
    // Who was at the other end has given up meanwhile.
    sshd.killConnections();
    await page.getByText(/^Reconnecting, as of \d+s ago/).waitFor();
    expect(await page.locator('.session-item').count()).toBe(2);
    await ui.type('asleep');
  } finally {
    for (const pid of asleep) process.kill(pid, 'SIGCONT');
  }
  await page.locator('.link.live').waitFor();
  await ui.waitForText(/asleep\nasleep/, 60_000);
  expect((await ui.screen()).match(/asleep/g)).toHaveLength(2);
  await ui.show(near);
  await ui.type('after');
  await ui.waitForText(/after\nafter/);
  expect((await ui.screen()).match(/before/g)).toHaveLength(2);
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded);
});

const layout = () => join(sandbox.stateDir, 'ui-layout.json');
const serve = (port: number, directory = WEB_DIR) =>
  UiClient.start(sandbox, {
    args: ['--port', String(port), '--no-open'],
    env: { BERTH_WEB_DIR: directory },
  });
const end = async (ui: UiClient) => {
  ui.running.kill('SIGTERM');
  await ui.running.finished;
};
/** In a tab of its own, as the browser opens it. */
async function openLink(page: Page, ui: UiClient): Promise<void> {
  const tab = await page.context().newPage();
  await tab.goto(`${ui.origin}/#token=${ui.token}`);
  await tab.locator('.link.live').waitFor();
  await tab.close();
}

it('says that Berth is not running and how to start it, and has its tabs and views when it is back', async () => {
  const first = await serve(0);
  const { page, context } = await openPage(browser);
  await page.goto(`${first.origin}/#token=${first.token}`);
  await page.locator('.link.live').waitFor();
  for (const name of ['far-off', 'near-by']) await page.locator('.session-item', { hasText: name }).click();
  await page.getByRole('button', { name: 'Details', exact: false }).first().click();
  await page.keyboard.press('Control+Shift+k');
  await page.keyboard.type('group tabs');
  await page.keyboard.press('Enter');
  await page.locator('.tab-host').first().waitFor();
  await until(() => readFileSync(layout(), 'utf8').includes('"groupByHost":true'), {
    what: 'the layout is kept',
  });
  const titles = await page.locator('.tab .tab-title').allTextContents();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await end(first);

  await page.reload();
  await page.getByText('Berth is not running').waitFor();
  expect(await page.locator('.command').textContent()).toBe('berth ui');
  expect(await page.locator('body').textContent()).not.toMatch(/near-by|far-off/);

  const second = await serve(first.port);
  await page.getByText('This page is not signed in').waitFor();
  await openLink(page, second);
  await page.getByRole('heading', { name: 'near-by', level: 1 }).waitFor();
  await page.locator('.tab').nth(1).waitFor();
  expect(await page.locator('.tab .tab-title').allTextContents()).toEqual(titles);
  expect((await page.locator('.tab-host').allTextContents()).sort()).toEqual(['far', 'local']);
  await page.locator('.details').waitFor();
  await context.close();
  await end(second);
});

it('is signed in by a link that is opened where it stands, and stays with its session', async () => {
  const first = await serve(0);
  const { page, context } = await openPage(browser);
  await page.goto(`${first.origin}/#token=${first.token}`);
  await page.locator('.link.live').waitFor();
  await page.locator('.session-item', { hasText: 'near-by' }).click();
  await page.getByRole('heading', { name: 'near-by', level: 1 }).waitFor();
  const loaded = await page.evaluate(() => performance.timeOrigin);
  await end(first);
  const second = await serve(first.port);
  await page.locator('.link.denied').waitFor();
  await page.goto(`${second.origin}/#token=${second.token}`);
  await page.locator('.link.live').waitFor();
  await page.getByRole('heading', { name: 'near-by', level: 1 }).waitFor();
  expect(page.url()).not.toContain('token');
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded);
  await context.close();
  await end(second);
});

it('of a build that is gone asks to be loaded again, and is then of the new one', async () => {
  // No tab is open: nothing of what draws terminals was loaded.
  rmSync(layout(), { force: true });
  const old = await serve(0);
  const { page, context } = await openPage(browser);
  await page.goto(`${old.origin}/#token=${old.token}`);
  await page.locator('.link.live').waitFor();
  await end(old);
  const fresh = await serve(old.port, anotherBuild(join(sandbox.dir, 'web')));
  await openLink(page, fresh);
  await page.locator('.link.live').waitFor();
  await page.locator('.session-item', { hasText: 'near-by' }).click();
  await page.getByRole('button', { name: 'Load the page again' }).click();
  await page.locator('.session:not([hidden]) .xterm-screen').waitFor();
  expect(await page.locator('script[src*="Anew"]').count()).toBe(1);
  await context.close();
  await end(fresh);
});

/** The same page, all its files by other names. */
function anotherBuild(directory: string): string {
  cpSync(WEB_DIR, directory, { recursive: true });
  const assets = join(directory, 'assets');
  for (const name of [
    ...readdirSync(assets).map((name) => join('assets', name)),
    'index.html.br',
    'index.html.gz',
  ])
    if (/\.(?:br|gz)$/.test(name)) rmSync(join(directory, name), { force: true });
  const names = readdirSync(assets);
  const renamed = (name: string) => name.replace(/\.(\w+)$/, 'Anew.$1');
  for (const file of [...names.map((name) => join(assets, name)), join(directory, 'index.html')]) {
    if (!/\.(?:js|css|html)$/.test(file)) continue;
    const text = names.reduce((all, name) => all.replaceAll(name, renamed(name)), readFileSync(file, 'utf8'));
    writeFileSync(file, text);
  }
  for (const name of names) renameSync(join(assets, name), join(assets, renamed(name)));
  return directory;
}
