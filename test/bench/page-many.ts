/** A page with fifty sessions open, some of which talk: how fast it switches between them, and what it costs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { CHATTER } from './chatty.ts';
import { type Bench, type Row, spread } from './measure.ts';
import { inBrowser, UiTab } from './ui-tab.ts';

const SESSIONS = 50;
const CHATTY = 10;
const AT_ONCE = 5;
const SWITCHES = 30;
const IDLE_MS = 8000;
const MOST_SWITCH_MS = 100;
const LEAST_IDLE_PERCENT = 80;
const SWITCH = 'switch to a tab that had let go of its terminal: from the click to its screen, painted';
const IDLE = `page with ${SESSIONS} sessions open, ${CHATTY} at 10 lines a second, one of them shown: idle time of its main thread`;
const MEMORY = 'memory of that page';

export async function pageMany(bench: Bench): Promise<void> {
  await inBrowser(bench, [SWITCH, IDLE, MEMORY], (browser) => measure(bench, browser));
}

async function measure(bench: Bench, browser: Browser): Promise<void> {
  await using sandbox = createSandbox();
  await sandbox.startAgent({ flags: ['--memory-capacity', '4G', '--default-slot', '16M'] });
  const start = (n: number) => {
    const script = n < CHATTY ? CHATTER : `seq 1 200; echo session ${n} is here; exec cat`;
    return startedId(sandbox, ['start', '--json', '--name', nameOf(n), '--', 'bash', '-c', script]);
  };
  const keys: string[] = [];
  while (keys.length < SESSIONS) {
    bench.signal.throwIfAborted();
    const some = Array.from({ length: AT_ONCE }, (_, more) => start(keys.length + more));
    keys.push(...(await Promise.all(some)).map((id) => `local:${id}`));
  }
  await using tab = await UiTab.open(sandbox, browser, probe);
  for (const [n, key] of keys.entries()) {
    bench.signal.throwIfAborted();
    await tab.show(key);
    if (n >= CHATTY)
      await tab.page.locator('.session:not([hidden]) .xterm-rows', { hasText: `${n} is here` }).waitFor();
  }
  bench.report(await switching(bench, tab));
  await tab.show(keys[0] ?? '');
  await sleep(1500, undefined, { signal: bench.signal });
  for (const row of await idling(bench, tab)) bench.report(row);
}

function nameOf(n: number): string {
  return `session-${n}`;
}

async function switching(bench: Bench, { page }: UiTab): Promise<Row> {
  const samples: number[] = [];
  for (let i = 0; i < SWITCHES; i++) {
    bench.signal.throwIfAborted();
    const n = CHATTY + (i % (SESSIONS - CHATTY));
    await page.evaluate((text) => window.screens.await(text), `${n} is here`);
    await page.locator('.tab-open', { hasText: new RegExp(`^${nameOf(n)}$`) }).click();
    samples.push(await page.evaluate(() => window.screens.painted));
    await page.locator('.session:not([hidden]) .terminal-note').waitFor({ state: 'detached' });
  }
  const { median, p95 } = spread(samples);
  return {
    what: SWITCH,
    figure: `p50 ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
    peer: '',
    ratio: '',
    bound: `p95 at most ${MOST_SWITCH_MS} ms`,
    holds: p95 <= MOST_SWITCH_MS,
  };
}

async function idling({ signal }: Bench, { cdp }: UiTab): Promise<Row[]> {
  await cdp.send('Performance.enable', { timeDomain: 'timeTicks' });
  const figures = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
    return { at: of('Timestamp'), busy: of('TaskDuration'), nodes: of('Nodes') };
  };
  const before = await figures();
  await sleep(IDLE_MS, undefined, { signal });
  const after = await figures();
  const idle = (1 - (after.busy - before.busy) / (after.at - before.at)) * 100;
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  const none = { peer: '', ratio: '' };
  return [
    {
      what: IDLE,
      figure: `${idle.toFixed(0)} % over ${IDLE_MS / 1000} s`,
      ...none,
      bound: `above ${LEAST_IDLE_PERCENT} %`,
      holds: idle > LEAST_IDLE_PERCENT,
    },
    {
      what: MEMORY,
      figure: `${(usedSize / 1e6).toFixed(0)} MB of objects, ${after.nodes} nodes`,
      ...none,
      bound: 'reported',
      holds: null,
    },
  ];
}

declare global {
  interface Window {
    screens: {
      /** Before the click. */
      await(text: string): void;
      /** Ms from the press of the button, as the browser took it in, to the end of the frame that draws the text. */
      painted: Promise<number>;
    };
  }
}

/** In the page: a terminal is drawn first by the browser, so that its text is in the document. */
function probe(): void {
  const LONGEST_MS = 10_000;
  let wanted = '';
  let pressedAt = 0;
  let done: (ms: number) => void = () => {};
  window.screens = {
    await(text) {
      [wanted, pressedAt] = [text, 0];
      this.painted = new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no terminal showed ${text}`)), LONGEST_MS);
        done = (took) => {
          clearTimeout(late);
          resolve(took);
        };
      });
    },
    painted: Promise.resolve(0),
  };
  const onPress = ({ timeStamp }: MouseEvent) => {
    pressedAt ||= timeStamp;
  };
  window.addEventListener('mousedown', onPress, true);
  new MutationObserver(() => {
    if (wanted === '' || pressedAt === 0) return;
    const rows = document.querySelector('.session:not([hidden]) .xterm-rows');
    if (!rows?.textContent.includes(wanted)) return;
    wanted = '';
    const frame = new MessageChannel();
    frame.port1.onmessage = () => done(performance.now() - pressedAt);
    frame.port2.postMessage(null);
  }).observe(document, { subtree: true, childList: true, characterData: true });
}
