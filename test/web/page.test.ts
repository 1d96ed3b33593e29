/** The page of `berth ui` against the real client, agents and sshd: what a person does with it. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';
import { openBrowser } from '../support/web/browser.ts';
import { UiPage } from '../support/web/ui-page.ts';

const MIB = 1024 * 1024;

let sandbox: Sandbox;
let near: TestAgent;
let sshd: TestSshd;
let browser: Browser;
let ui: UiPage;

beforeAll(async () => {
  sandbox = createSandbox();
  sandbox.writeConfig('config.yaml', 'notify_dwell: 0s\nnotify_dwell_other: 0s\n');
  near = await sandbox.startAgent({ flags: ['--memory-capacity', '64G'] });
  await sandbox.startAgent({ name: 'far', flags: ['--memory-capacity', '4G'] });
  sshd = await TestSshd.start(sandbox, { name: 'far' });
  configureHosts(sandbox, [{ sshd }]);
  browser = await openBrowser();
  ui = await UiPage.open(sandbox, browser);
});
afterAll(async () => {
  await ui?.[Symbol.asyncDispose]();
  await browser?.close();
  await sshd?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

async function start(host: string, name: string, script: string): Promise<string> {
  const args = [
    'start',
    '--json',
    '--host',
    host,
    '--memory',
    '64M',
    '--name',
    name,
    '--',
    'bash',
    '-c',
    script,
  ];
  return `${host}:${await startedId(sandbox, args)}`;
}

it('starts a session from the form, and types into it', async () => {
  const { page } = ui;
  await page.keyboard.press('Alt+Shift+N');
  await page.getByLabel('Preset').selectOption('shell');
  await page.getByLabel('Name', { exact: true }).fill('from-form');
  await page.getByLabel('Memory').fill('64M');
  await page.getByRole('combobox', { name: 'Host', exact: true }).selectOption('local');
  await page.getByLabel('Size of the host').fill('enormous');
  await page.getByText('the size of the host cannot be enormous').waitFor();
  await page.getByLabel('Size of the host').fill('');
  await page.locator('.placement-chosen strong', { hasText: 'local' }).waitFor();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('heading', { name: 'from-form' }).waitFor();
  await ui.attached();
  await ui.type('echo the answer is $((6 * 7))');
  await ui.waitForText(/^the answer is 42$/m);
  expect(ui.complaints).toEqual([]);
});

it('shows emoji and wide characters, and follows the size of the window', async () => {
  await ui.show(await start('local', 'wide', 'exec bash --norc'));
  await ui.paste('printf "%s|%s\\n" "日本語" "🚀é"');
  await ui.type('');
  await ui.waitForText(/^日本語\|🚀é$/m);
  await ui.type('echo columns $(tput cols)');
  const before = Number(/^columns (\d+)$/m.exec(await ui.waitForText(/^columns \d+$/m))?.[1]);
  await ui.page.setViewportSize({ width: 900, height: 700 });
  await ui.type(`clear; while [ $(tput cols) = ${before} ]; do sleep 0.1; done; echo now $(tput cols)`);
  const after = Number(/^now (\d+)$/m.exec(await ui.waitForText(/^now \d+$/m))?.[1]);
  expect(after).toBeLessThan(before - 20);
  await ui.page.setViewportSize({ width: 1200, height: 700 });
});

it('pastes a megabyte, each byte once', async () => {
  const file = join(sandbox.dir, 'pasted');
  const text = randomBytes(MIB).toString('base64').slice(0, MIB);
  const key = await start(
    'local',
    'paste',
    `stty raw -echo; echo ready; head -c ${MIB} >${file}; sleep 1000`,
  );
  await ui.show(key);
  await ui.waitForText(/ready/);
  await ui.paste(text);
  await until(() => existsSync(file) && statSync(file).size === MIB, {
    what: 'all of it',
    deadlineMs: 60_000,
  });
  const digest = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  expect(digest(readFileSync(file))).toBe(digest(text));
});

it('goes on after the agent was killed, with what was typed meanwhile', async () => {
  await ui.show(await start('local', 'survivor', 'exec cat'));
  await ui.type('before');
  await ui.waitForText(/before\nbefore/);
  await near.kill9();
  await ui.note('Reconnecting').waitFor();
  await ui.type('meanwhile');
  await near.restart();
  await ui.waitForText(/meanwhile\nmeanwhile/, 40_000);
  expect((await ui.screen()).match(/meanwhile/g)).toHaveLength(2);
});

it('goes on after the tunnel was cut', async () => {
  await ui.show(await start('far', 'remote', 'exec cat'));
  await ui.type('before');
  await ui.waitForText(/before\nbefore/);
  sshd.killConnections();
  await ui.type('after');
  await ui.waitForText(/after\nafter/, 60_000);
  expect((await ui.screen()).match(/after/g)).toHaveLength(2);
});

it('says that a session on another host asks: tab, title and notification', async () => {
  const { page } = ui;
  const key = await start('far', 'asker', 'read line; printf "\\033]9;Which branch?\\007"; sleep 1000');
  await ui.show(key);
  await ui.show(await start('local', 'quiet', 'sleep 1000'));
  const far = ui.ui.terminal(key);
  await far.waitFor('opened');
  far.type('\r');
  await page.locator('.tab-body.asks', { hasText: 'asker' }).waitFor();
  await until(async () => /^\(1\) /.test(await page.title()), { what: 'the title says so' });
  await until(async () => (await ui.asked()).badges.at(-1) === 1, { what: 'the badge says so' });
  // Who typed into it a moment ago is taken to look at it: another one, which nobody touched, tells.
  await start('far', 'stranger', 'printf "\\033]9;Deploy now?\\007"; sleep 1000');
  await until(async () => (await ui.asked()).notified.some((title) => /stranger/.test(title)), {
    what: 'the notification',
    deadlineMs: 20_000,
  });
  await page.locator('.toast.ask').first().getByRole('button', { name: 'Open' }).click();
  await page.getByRole('heading', { level: 1, name: 'stranger' }).waitFor();
  expect((await ui.asked()).sounds).toBe(0);
});

it('plays a sound for who asked for one, and not again for who asks again', async () => {
  const { page } = ui;
  await page.goto(`${ui.ui.origin}/#/settings`);
  await page.getByLabel('Sound').check();
  const told = async (name: string) =>
    (await ui.asked()).notified.filter((title) => title.includes(name)).length;
  const asks = 'printf "\\033]9;Go on?\\007";';
  const again = join(sandbox.dir, 'again');
  const script = `${asks} until [ -e ${again} ]; do sleep 0.1; done; ${asks} sleep 1000`;
  const key = await start('local', 'caller', script);
  await until(async () => (await told('caller')) === 1, { what: 'it is told' });
  expect((await ui.asked()).sounds).toBe(1);
  await ui.ui.call('acknowledge', { session: key });
  const item = page.locator('.session-item', { hasText: 'caller' });
  await item.locator('.dot.ask').waitFor({ state: 'detached' });
  writeFileSync(again, '');
  await item.locator('.dot.ask').waitFor();
  // Whoever asks after it is told after it.
  await start('local', 'shouter', `${asks} sleep 1000`);
  await until(async () => (await told('shouter')) === 1, { what: 'the other one is told' });
  expect({ told: await told('caller'), sounds: (await ui.asked()).sounds }).toEqual({ told: 1, sounds: 2 });
});

it('takes the badge away when nobody asks any more', async () => {
  const { sessions } = await ui.ui.live().waitFor('all of them', (state) => state !== null);
  for (const [session, { attention }] of Object.entries(sessions))
    if (attention) await ui.ui.call('acknowledge', { session });
  await until(async () => (await ui.asked()).badges.at(-1) === 0, { what: 'the badge is gone' });
});

it('has its tabs dragged into another order, which lasts', async () => {
  const { page } = ui;
  const titles = () => page.locator('.tab .tab-title').allTextContents();
  const kept = async () => ((await ui.ui.call('getLayout', {})).layout as { open: string[] }).open;
  const before = String(await kept());
  const [first = '', second = '', third = '', ...rest] = await titles();
  await page.locator('.tab').first().dragTo(page.locator('.tab').nth(2));
  const order = [second, third, first, ...rest];
  expect(await titles()).toEqual(order);
  await until(async () => String(await kept()) !== before, { what: 'it is kept' });
  await page.reload();
  await page.locator('.tab').nth(2).waitFor();
  expect(await titles()).toEqual(order);
});

it('opens a port of a session in a page of its own', async () => {
  const serve = `require('http').createServer((q, a) => a.end('hello from the session')).listen(0, '127.0.0.1')`;
  await ui.show(await start('far', 'server', `exec ${process.execPath} -e "${serve}"`));
  const button = ui.page.locator('.session:not([hidden]) .port');
  await button.waitFor({ timeout: 30_000 });
  const [opened] = await Promise.all([ui.page.context().waitForEvent('page'), button.click()]);
  await opened.getByText('hello from the session').waitFor();
  expect(new URL(opened.url()).hostname).toMatch(/^[a-z0-9]+\.localhost$/);
  await opened.close();
});

it('restores its tabs and their order, and says when Berth is gone', async () => {
  const { page } = ui;
  const titles = () => page.locator('.tab .tab-title').allInnerTexts();
  const kept = async () => ((await ui.ui.call('getLayout', {})).layout as { open: string[] }).open;
  const [first] = await kept();
  await page.locator('.tab-open').first().focus();
  await page.keyboard.press('Control+Shift+ArrowRight');
  await until(async () => (await kept())[1] === first, { what: 'the new order is kept' });
  const order = await titles();
  expect(order.length).toBeGreaterThan(3);
  await page.reload();
  await page.locator('.tab').nth(3).waitFor();
  expect(await titles()).toEqual(order);
  await ui[Symbol.asyncDispose]().catch(() => undefined);
  ui = await UiPage.open(sandbox, browser);
  await ui.page.locator('.tab').nth(3).waitFor();
  expect(await ui.page.locator('.tab .tab-title').allInnerTexts()).toEqual(order);
});
