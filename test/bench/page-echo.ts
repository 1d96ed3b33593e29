/** A key from the keyboard to its glyph on the page, and to the terminal of `berth attach`, by turns. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { BERTH } from '../support/programs.ts';
import { startedId } from '../support/started.ts';
import { ECHOES } from './echo.ts';
import { EchoTerminal } from './echo-terminal.ts';
import type { SshHost } from './hosts.ts';
import { type Bench, byTurns, ms } from './measure.ts';
import { inBrowser, UiTab } from './ui-tab.ts';

const WHAT = 'key to glyph on the page of `berth ui`, over the ssh tunnel';
const SAMPLES = 150;
const MOST_MS = 10;
const ASKS = "while :; do sleep 2; printf '\\a'; done";
/** Before each key, and up to as long again: nothing of the one before is under way, and it comes at any moment of a frame. */
const QUIET_MS = 31;
/** It draws by the graphics card a moment after it was opened. */
const SETTLED_MS = 1500;

export async function pageEcho(bench: Bench, host: SshHost): Promise<void> {
  await inBrowser(bench, [WHAT], (browser) => measure(bench, host, browser));
}

async function measure(bench: Bench, { sandbox }: SshHost, browser: Browser): Promise<void> {
  const start = () => startedId(sandbox, ['start', '--json', '--host', 'dev', '--', ...ECHOES]);
  const [shown, attached] = [await start(), await start()];
  await using tab = await UiTab.open(sandbox, browser, probe);
  // A tab that pulses, as on most days.
  const asks = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', 'bash', '-c', ASKS]);
  await tab.show(`dev:${asks}`);
  await tab.show(`dev:${shown}`);
  await tab.page.locator('.tab-body.asks').first().waitFor();
  const env = { ...sandbox.env, TERM: 'xterm-256color' };
  using terminal = new EchoTerminal({ argv: [...BERTH, 'attach', attached], env });
  await terminal.ready();
  await tab.page.locator('.session:not([hidden]) .xterm-helper-textarea').focus();
  await sleep(SETTLED_MS, undefined, { signal: bench.signal });
  let next = 0;
  const key = async () => {
    const letter = String.fromCharCode(0x61 + (next++ % 26));
    await sleep(QUIET_MS * (1 + Math.random()));
    await tab.page.evaluate((wanted) => window.glyphs.await(wanted), letter);
    await tab.page.keyboard.press(letter);
    return await tab.page.evaluate(() => window.glyphs.drawn);
  };
  const [page, attach] = await byTurns(bench, SAMPLES, [key, () => terminal.key()]);
  const more = page.median - attach.median;
  bench.report({
    what: WHAT,
    figure: `${ms(page)}, p99 ${page.p99.toFixed(1)} ms`,
    peer: `to the terminal of \`berth attach\`: ${ms(attach)}, p99 ${attach.p99.toFixed(1)} ms`,
    ratio: `${more.toFixed(1)} ms more`,
    bound: `p50 at most ${MOST_MS} ms more`,
    holds: more <= MOST_MS,
  });
}

declare global {
  interface Window {
    glyphs: {
      /** Before the key is pressed. */
      await(letter: string): void;
      /** Ms from the key, as the browser took it in, to the end of the frame that draws the answer to it. */
      drawn: Promise<number>;
    };
  }
}

/** In the page: the answer of the session is seen on its socket, its drawing in the document or on the card. */
function probe(): void {
  const LONGEST_MS = 10_000;
  let letter = '';
  let pressedAt = 0;
  let answered = false;
  let done: (ms: number) => void = () => {};
  window.glyphs = {
    await(wanted) {
      [letter, pressedAt, answered] = [wanted, 0, false];
      this.drawn = new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no glyph of ${wanted} was drawn`)), LONGEST_MS);
        done = (took) => {
          clearTimeout(late);
          resolve(took);
        };
      });
    },
    drawn: Promise.resolve(0),
  };
  const drew = () => {
    if (!answered) return;
    answered = false;
    const frame = new MessageChannel();
    frame.port1.onmessage = () => done(performance.now() - pressedAt);
    frame.port2.postMessage(null);
  };
  const onKey = ({ key, timeStamp }: KeyboardEvent) => {
    if (key === letter) pressedAt = timeStamp;
  };
  window.addEventListener('keydown', onKey, true);
  window.WebSocket = class extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (pressedAt === 0 || !(data instanceof ArrayBuffer)) return;
        if (new Uint8Array(data).includes(letter.charCodeAt(0))) answered = true;
      });
    }
  };
  const draw = WebGL2RenderingContext.prototype.drawElementsInstanced;
  WebGL2RenderingContext.prototype.drawElementsInstanced = function (...args) {
    draw.apply(this, args);
    drew();
  };
  const onScreen = (node: Node) =>
    (node instanceof Element ? node : node.parentElement)?.closest('.xterm-rows');
  new MutationObserver((changes) => {
    if (changes.some(({ target }) => onScreen(target))) drew();
  }).observe(document, { subtree: true, childList: true, characterData: true });
}
