/** From typing `berth ui` to a page that a person can use, in a browser that runs already. */
import type { Browser } from 'playwright-core';
import { NODE } from '../support/programs.ts';
import { Running } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { type Bench, byTurns, ms } from './measure.ts';
import { inBrowser, openWindow, spoke, startUi, stopUi } from './ui-tab.ts';

const WHAT =
  '`berth ui --no-open`, exec to a page that lists the sessions and takes input, nothing of it cached';
const ROUNDS = 10;
const MOST_MS = 1000;
const NAME = 'to-be-seen';
/** The least that could be served. */
const PEER = `
const page = '<!doctype html><input autofocus>';
const server = require('node:http').createServer((asked, answer) =>
  answer.writeHead(200, { 'content-type': 'text/html' }).end(page));
server.listen(0, '127.0.0.1', () => console.log('http://localhost:' + server.address().port + '/'));
`;

export async function uiStart(bench: Bench): Promise<void> {
  await inBrowser(bench, [WHAT], (browser) => measure(bench, browser));
}

async function measure(bench: Bench, browser: Browser): Promise<void> {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await startedId(sandbox, ['start', '--json', '--name', NAME, '--', 'sleep', '1000']);
  const links: number[] = [];
  const [ours, bare] = await byTurns(
    bench,
    ROUNDS,
    [() => berthUi(sandbox, browser, links), () => barePage(sandbox, browser)],
    { warmUp: 2 },
  );
  const link = links.slice(-ROUNDS).sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
  bench.report({
    what: WHAT,
    figure: `${ms(ours)}, of which ${link.toFixed(0)} ms to the link`,
    peer: `\`node:http\` serving a field to type in, and its page: ${ms(bare)}`,
    ratio: `${(ours.median / bare.median).toFixed(2)} times`,
    bound: `at most ${MOST_MS / 1000} s`,
    holds: ours.median <= MOST_MS,
  });
}

/** `links`: ms to the printed link are put there. */
async function berthUi(sandbox: Sandbox, browser: Browser, links: number[]): Promise<number> {
  const context = await openWindow(browser);
  const page = await context.newPage();
  const began = performance.now();
  const { running, link } = await startUi(sandbox);
  links.push(performance.now() - began);
  await page.goto(link, { waitUntil: 'commit' });
  await page.locator('.session-item', { hasText: NAME }).waitFor();
  await page.getByLabel('Filter sessions and tabs').fill(NAME);
  const took = performance.now() - began;
  await context.close();
  await stopUi(running);
  return took;
}

async function barePage({ env }: Sandbox, browser: Browser): Promise<number> {
  const context = await openWindow(browser);
  const page = await context.newPage();
  const began = performance.now();
  await using server = new Running([NODE, '-e', PEER], { env });
  await spoke(server);
  const [link] = await server.waitForText(/http:\S+/);
  await page.goto(link, { waitUntil: 'commit' });
  await page.locator('input').fill(NAME);
  const took = performance.now() - began;
  await context.close();
  return took;
}
