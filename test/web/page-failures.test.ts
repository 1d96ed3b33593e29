/** What the page shows while something fails, is tried again, or was stopped; and what it lets go of then. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { openBrowser, openPage } from '../support/web/browser.ts';
import { fakeAnswers } from '../support/web/fake-answers.ts';
import { ago, EVENTS, FLEET, KEYS, NOW } from '../support/web/fake-fleet.ts';
import { FakeUi } from '../support/web/fake-ui.ts';

const at = (index: number) => `#/session/${encodeURIComponent(KEYS[index] ?? '')}`;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

it('shows that VS Code is tried again', async () => {
  let tried = 0;
  const openEditor = () =>
    tried++ === 0 ? Promise.reject(new Error('no code-server here')) : new Promise<never>(() => {});
  await using fake = await FakeUi.start({ answers: { openEditor } });
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}${at(4)}`);
  await page.getByRole('button', { name: 'VS Code', exact: true }).click();
  await page.getByText('no code-server here').waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Starting VS Code on the host…').waitFor();
  expect(await page.getByText('no code-server here').count()).toBe(0);
  await context.close();
});

it('says that VS Code was stopped, and starts it again', async () => {
  const plain = fakeAnswers('http://editor.localhost', FLEET);
  let state: 'ready' | 'stopped' = 'ready';
  let opened = 0;
  await using fake = await FakeUi.start({
    answers: {
      show: async (params) => ({ ...(await plain.show(params)), editor: { state, detail: '' } }),
      openEditor: () => ({ url: `http://editor.localhost:${fake.port}/editor-${++opened}` }),
    },
  });
  const { page, context } = await openPage(browser);
  await page.clock.install({ time: NOW });
  await page.goto(`${fake.url}${at(4)}`);
  await page.getByRole('button', { name: 'VS Code', exact: true }).click();
  const inside = page.frameLocator('.editor iframe');
  await inside.getByText('editor-1').waitFor();
  state = 'stopped';
  await page.clock.runFor(6000);
  await page.getByText('VS Code was stopped').waitFor();
  await page.getByRole('button', { name: 'Start it again' }).click();
  state = 'ready';
  await inside.getByText('editor-2').waitFor();
  expect(await page.getByText('VS Code was stopped').count()).toBe(0);
  await context.close();
});

it('says in a form why it was not taken, and keeps what was typed', async () => {
  const rename = () => Promise.reject(new Error('another session has that name'));
  await using fake = await FakeUi.start({ answers: { rename } });
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}${at(4)}`);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: /^Rename/ }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Name').fill('docs');
  await page.keyboard.press('Enter');
  await form.getByText('another session has that name').waitFor();
  expect(await form.getByLabel('Name').inputValue()).toBe('docs');
  await context.close();
});

it('says that a file has changed since it was looked at', async () => {
  const plain = fakeAnswers('http://editor.localhost', FLEET);
  let modified_at = ago(12);
  await using fake = await FakeUi.start({
    answers: {
      show: async (params) => ({
        ...(await plain.show(params)),
        artifacts: [{ path: 'notes.md', bytes: 20, modified_at }],
      }),
    },
  });
  const { page, context } = await openPage(browser);
  await page.clock.install({ time: NOW });
  await page.goto(`${fake.url}${at(4)}`);
  await page.getByRole('button', { name: /^Details/ }).click();
  await page.getByRole('button', { name: 'Files' }).click();
  await page.locator('.artifacts button').click();
  await page.locator('.look-text').waitFor();
  expect(await page.getByText('It has changed since.').count()).toBe(0);
  modified_at = ago(1);
  await page.clock.runFor(6000);
  await page.getByRole('button', { name: 'Show it as it is now' }).click();
  await page.getByText('It has changed since.').waitFor({ state: 'detached' });
  await page.locator('.look-text').waitFor();
  await context.close();
});

it('says of events that they are still read, or why they could not be', async () => {
  const asked: { reject(error: Error): void }[] = [];
  const spare = {
    code: 1,
    reason: 'INTERNAL',
    message: 'the events of spare cannot be read',
    hint: '',
  } as const;
  const failures = [[spare], []];
  const events = () => {
    if (asked.length > 0) return { events: EVENTS, failures: failures.shift() ?? [] };
    return new Promise<never>((_, reject) => asked.push({ reject }));
  };
  await using fake = await FakeUi.start({ answers: { events } });
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}#/events`);
  await page.locator('.session-item').first().waitFor();
  await until(() => asked.length === 1, { what: 'they are asked for' });
  await page.getByRole('status', { name: 'Loading events' }).waitFor();
  asked[0]?.reject(new Error('gpu-1 does not tell its events'));
  await page.getByText('gpu-1 does not tell its events').waitFor();
  expect(await page.getByText('Nothing happened yet').count()).toBe(0);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.events li').first().waitFor();
  await page.getByText(spare.message).waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.failure').waitFor({ state: 'detached' });
  expect(await page.locator('.events li').count()).toBeGreaterThan(0);
  await context.close();
});

it('does not take for gone or for nothing what hosts have not told of yet', async () => {
  const { 'gpu-1': host, local } = FLEET.hosts;
  if (!host || !local) throw new Error('the fake fleet has both');
  const reaching = { ...host, link: 'connecting', state: 'connecting', as_of: null, vm: null } as const;
  const away = { ...reaching, link: 'unreachable', state: 'unreachable', error: 'No route to host' } as const;
  await using fake = await FakeUi.start({ fleet: { sessions: {}, hosts: { 'gpu-1': reaching } } });
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}${at(0)}`);
  await page.locator('.link.live').waitFor();
  await page.locator('.status-pool', { hasText: '0/1 hosts' }).waitFor();
  await page.getByRole('status', { name: 'Loading the session' }).waitFor();
  await page.getByRole('status', { name: 'Loading sessions' }).waitFor();
  fake.change({ sessions: {}, hosts: { 'gpu-1': away } });
  await page.getByText('gpu-1 does not answer').waitFor();
  await page.getByText('No route to host.').waitFor();
  await page.goto(`${fake.url}#/home`);
  await page.locator('.page').getByText('No host answers').waitFor();
  fake.change({ sessions: {}, hosts: { local } });
  await page.getByText('Nothing runs on the hosts that answer').waitFor();
  fake.change({ sessions: {}, hosts: { 'gpu-1': host } });
  await page.getByText('Nothing runs', { exact: true }).waitFor();
  await page.goto(`${fake.url}${at(0)}`);
  await page.getByText('This session is not listed any more').waitFor();
  await context.close();
});

it('tells of a lost connection once, not each second anew', async () => {
  const fake = await FakeUi.start();
  const { page, context } = await openPage(browser);
  await page.clock.install({ time: NOW });
  await page.goto(`${fake.url}#/home`);
  await page.locator('.ask-card').first().waitFor();
  await fake[Symbol.asyncDispose]();
  await page.locator('.link.lost').waitFor();
  const told = () =>
    page
      .locator('[aria-live="polite"], [role="status"], [role="alert"]')
      .evaluateAll((all) => all.map(({ textContent }) => textContent?.trim()).filter(Boolean));
  const first = await told();
  expect(first.join(' ')).toContain('The connection to Berth is lost.');
  const before = await page.locator('.link.lost').textContent();
  await page.clock.runFor(3000);
  await until(async () => (await page.locator('.link.lost').textContent()) !== before, {
    what: 'the age grows',
  });
  expect(await told()).toEqual(first);
  await context.close();
});

it('lets go of a terminal that ended after its tab was closed', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser);
  await page.addInitScript(countIntervals);
  const intervals = () =>
    page.evaluate(() => (window as unknown as { intervals: Set<number> }).intervals.size);
  await page.goto(`${fake.url}#/home`);
  await page.locator('.ask-card').first().waitFor();
  const before = await intervals();
  fake.deaf = true;
  await page.goto(`${fake.url}${at(4)}`);
  await page.locator('.session .xterm-rows', { hasText: 'Claude Code' }).waitFor();
  await page.keyboard.type('x');
  await until(() => fake.typed === 'x', { what: 'it is typed' });
  expect(await intervals()).toBeGreaterThan(before);
  await page.getByRole('button', { name: 'Close api-v2' }).click();
  await page.locator('.tab').waitFor({ state: 'detached' });
  fake.endTerminals();
  await until(async () => (await intervals()) <= before, { what: 'its timer is gone', deadlineMs: 5000 });
  await context.close();
});

/** Within the page: those that tick. */
function countIntervals(): void {
  const ticking = new Set<number>();
  Object.assign(window, { intervals: ticking });
  const [set, clear] = [window.setInterval.bind(window), window.clearInterval.bind(window)];
  window.setInterval = ((run: () => void, ms: number) => {
    const id = set(run, ms);
    ticking.add(id);
    return id;
  }) as typeof window.setInterval;
  window.clearInterval = ((id: number) => {
    ticking.delete(id);
    clear(id);
  }) as typeof window.clearInterval;
}

it('says where a picture is none, and where nothing can be copied', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
  });
  await page.goto(`${fake.url}${at(4)}`);
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Copy the ssh command' }).click();
  await page.getByText('The browser lets nobody copy').waitFor();
  await page.getByRole('button', { name: /^Details/ }).click();
  await page.getByRole('button', { name: 'Files' }).click();
  await page.locator('.artifacts button', { hasText: 'latency.png' }).click();
  await page.getByText('This is no picture that a browser can show').waitFor();
  await context.close();
});
