/** The start form: nothing that was written into it is lost, and nobody is taken away from where they are. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SessionKey } from '../../packages/client/src/web/protocol.ts';
import { until } from '../support/until.ts';
import { openBrowser, openPage } from '../support/web/browser.ts';
import { FLEET, KEYS, NOW } from '../support/web/fake-fleet.ts';
import { FakeUi } from '../support/web/fake-ui.ts';

const [ASKING = '', , , , STARTED = ''] = KEYS;
const { [STARTED]: row, ...others } = FLEET.sessions;
const at = (key: string) => `#/session/${encodeURIComponent(key)}`;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

it('keeps what was written while a person looks at another page', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}#/start`);
  await page.getByLabel('Prompt').fill('Mend the build.');
  await page.getByLabel('Name', { exact: true }).fill('mender');
  await page.goto(`${fake.url}${at(ASKING)}`);
  await page.getByRole('heading', { name: 'fix-auth', level: 1 }).waitFor();
  await page.keyboard.press('Alt+Shift+N');
  expect(await page.getByLabel('Prompt').inputValue()).toBe('Mend the build.');
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('mender');
  await context.close();
});

it('waits for a session that was started to be listed, and is empty for the next one', async () => {
  const fleet = { ...FLEET, sessions: others };
  await using fake = await FakeUi.start({ fleet, answers: { start: () => ({ session: STARTED }) } });
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}#/start`);
  await page.getByLabel('Prompt').fill('Mend the build.');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('status', { name: 'Loading the session' }).waitFor();
  if (row) fake.change({ sessions: { [STARTED]: row }, hosts: {} });
  await page.getByRole('heading', { name: 'api-v2', level: 1 }).waitFor();
  await page.keyboard.press('Alt+Shift+N');
  expect(await page.getByLabel('Prompt').inputValue()).toBe('');
  // It is gone for good now.
  fake.change({ sessions: { [STARTED]: null }, hosts: {} });
  await page.goto(`${fake.url}${at(STARTED)}`);
  await page.getByText('This session is not listed any more').waitFor();
  await context.close();
});

it('tells who has gone elsewhere that it started, or why it did not, and leaves them there', async () => {
  const answers: { resolve(session: SessionKey): void; reject(error: Error): void }[] = [];
  const start = () =>
    new Promise<{ session: SessionKey }>((resolve, reject) =>
      answers.push({ resolve: (session) => resolve({ session }), reject }),
    );
  await using fake = await FakeUi.start({ answers: { start } });
  const { page, context } = await openPage(browser, { now: NOW });
  const asked = (count: number) => until(() => answers.length === count, { what: `start ${count} is asked` });
  await page.goto(`${fake.url}#/start`);
  await page.getByLabel('Prompt').fill('Mend the build.');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await asked(1);
  await page.goto(`${fake.url}${at(ASKING)}`);
  await page.getByRole('heading', { name: 'fix-auth', level: 1 }).waitFor();
  answers[0]?.reject(new Error('all slots are taken'));
  await page.locator('.toast.bad', { hasText: 'all slots are taken' }).waitFor();
  await page.keyboard.press('Alt+Shift+N');
  await page.locator('.failure', { hasText: 'all slots are taken' }).waitFor();
  expect(await page.getByLabel('Prompt').inputValue()).toBe('Mend the build.');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await asked(2);
  await page.goto(`${fake.url}${at(ASKING)}`);
  await page.getByRole('heading', { name: 'fix-auth', level: 1 }).waitFor();
  answers[1]?.resolve(STARTED);
  const toast = page.locator('.toast.good');
  await toast.waitFor();
  expect(await page.getByRole('heading', { level: 1 }).allTextContents()).toEqual(['fix-auth']);
  await toast.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('heading', { name: 'api-v2', level: 1 }).waitFor();
  await context.close();
});

it('goes on to show a host and a size that were chosen and have gone', async () => {
  await using fake = await FakeUi.start();
  const { page, context } = await openPage(browser, { now: NOW });
  await page.goto(`${fake.url}#/start`);
  const host = page.getByRole('combobox', { name: 'Host', exact: true });
  const size = page.getByRole('combobox', { name: 'Size of the host' });
  await host.selectOption('old-box');
  await size.selectOption('m');
  fake.change({ sessions: {}, hosts: { 'old-box': null } });
  await page.locator('.status-pool', { hasText: '/5 hosts' }).waitFor();
  expect([await host.inputValue(), await size.inputValue()]).toEqual(['old-box', 'm']);
  await host.selectOption('');
  await until(() => fake.planned.at(-1)?.host === '', { what: 'it is asked for the best' });
  await context.close();
});
