/** From typing `berth code` to an editor that takes input; and code-server by hand, without Berth. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { CODE_SERVER, giveCodeServer } from '../support/code-server.ts';
import { Running } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { type Bench, byTurns, ms, type Spread, spread, unmeasured } from './measure.ts';
import { inBrowser, openWindow, spoke } from './ui-tab.ts';

const COLD =
  '`berth code SESSION`, exec to a tree of files that takes input: no editor runs, nothing cached in the browser';
const WARM = 'the same while the editor runs, in a browser that has been there';
const COLD_ROUNDS = 2;
const WARM_ROUNDS = 3;
/** Browsers keep what they compiled of a script once they saw it a few times. */
const WARM_UP_ROUNDS = 2;
const MOST_COLD_MS = 5000;
const MOST_WARM_MS = 1000;
const FILE = 'made-by-the-session.txt';
/** As Berth gives a new editor: the files, and nothing in front of them. */
const SETTINGS =
  '{ "workbench.startupEditor": "none", "workbench.secondarySideBar.defaultVisibility": "hidden" }';

export async function editor(bench: Bench): Promise<void> {
  if (existsSync(CODE_SERVER))
    return await inBrowser(bench, [COLD, WARM], (browser) => measure(bench, browser));
  const why = 'code-server is not installed here (`npm run test:web` brings it)';
  for (const what of [COLD, WARM]) bench.report(unmeasured(what, why));
}

async function measure(bench: Bench, browser: Browser): Promise<void> {
  await using sandbox = createSandbox();
  await giveCodeServer(sandbox);
  await sandbox.startAgent({ flags: ['--memory-capacity', '8G', '--default-slot', '4G'] });
  const script = `echo hello >${FILE}; sleep 100000`;
  const id = await startedId(sandbox, ['start', '--json', '--', 'bash', '-c', script]);
  await using byHand = new ByHand(sandbox);

  const cold = async (open: (context: BrowserContext) => Promise<number>, after: () => Promise<unknown>) => {
    const context = await openWindow(browser);
    const took = await open(context);
    await context.close();
    await after();
    return took;
  };
  const code = new BerthCode(sandbox, id);
  const stop = () => sandbox.berth(['code', '--stop', id]);
  const end = () => byHand.end();
  const coldRounds = [
    () => cold((context) => code.open(context), stop),
    () => cold((context) => byHand.begin(context), end),
  ] as const;
  const [ours, theirs] = await byTurns(bench, COLD_ROUNDS, coldRounds, { warmUp: 1 });
  row(bench, {
    what: COLD,
    ours,
    links: code.links,
    theirs,
    peer: 'code-server by hand',
    most: MOST_COLD_MS,
  });

  const warm = new BerthCode(sandbox, id);
  const [one, other] = [await openWindow(browser), await openWindow(browser)];
  await code.open(one);
  await byHand.begin(other);
  const warmRounds = [() => warm.open(one), () => byHand.again(other)] as const;
  const [oursAgain, theirsAgain] = await byTurns(bench, WARM_ROUNDS, warmRounds, { warmUp: WARM_UP_ROUNDS });
  const again = { ours: oursAgain, links: warm.links, theirs: theirsAgain };
  row(bench, { what: WARM, ...again, peer: 'its page loaded once more', most: MOST_WARM_MS });
}

interface Figures {
  readonly what: string;
  readonly ours: Spread;
  readonly links: readonly number[];
  readonly theirs: Spread;
  readonly peer: string;
  readonly most: number;
}

function row({ report }: Bench, { what, ours, links, theirs, peer, most }: Figures): void {
  report({
    what,
    figure: `${ms(ours)}, of which ${spread(links).median.toFixed(0)} ms to the link`,
    peer: `${peer}: ${ms(theirs)}`,
    ratio: `${(ours.median / theirs.median).toFixed(2)} times`,
    bound: `at most ${most / 1000} s`,
    holds: ours.median <= most,
  });
}

class BerthCode {
  /** Ms from each exec to its link. */
  readonly links: number[] = [];
  readonly #sandbox: Sandbox;
  readonly #id: string;

  constructor(sandbox: Sandbox, id: string) {
    this.#sandbox = sandbox;
    this.#id = id;
  }

  async open(context: BrowserContext): Promise<number> {
    const began = performance.now();
    await using running = this.#sandbox.spawnBerth(['code', this.#id, '--print-url']);
    await spoke(running);
    this.links.push(performance.now() - began);
    const [url] = await running.waitForText(/http:\S+/);
    const page = await context.newPage();
    const took = (await use(page, url)) - began;
    await page.close();
    return took;
  }
}

/** Resolves with when the tree of files stood there; that it took input then is seen by what it opens. */
async function use(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' });
  const file = page.locator('.explorer-folders-view .monaco-list-row', { hasText: FILE });
  await file.waitFor();
  const stood = performance.now();
  await file.click();
  await page.locator('.editor-instance .view-line', { hasText: 'hello' }).waitFor();
  return stood;
}

class ByHand implements AsyncDisposable {
  readonly #sandbox: Sandbox;
  readonly #directory: string;
  #running: Running | null = null;
  #url = '';
  #rounds = 0;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.#directory = join(sandbox.dir, 'by-hand');
    mkdirSync(join(this.#directory, 'work'), { recursive: true });
    writeFileSync(join(this.#directory, 'work', FILE), 'hello\n');
  }

  /** Ms from its exec to an opened file, with no user data from before. */
  async begin(context: BrowserContext): Promise<number> {
    const own = join(this.#directory, String(++this.#rounds));
    mkdirSync(join(own, 'User'), { recursive: true });
    writeFileSync(join(own, 'User/settings.json'), SETTINGS);
    const flags = [
      '--auth',
      'none',
      '--bind-addr',
      '127.0.0.1:0',
      '--disable-telemetry',
      '--disable-workspace-trust',
    ];
    const argv = [
      join(CODE_SERVER, 'bin/code-server'),
      ...flags,
      '--user-data-dir',
      own,
      join(this.#directory, 'work'),
    ];
    const began = performance.now();
    this.#running = new Running(argv, { env: this.#sandbox.env });
    const [, url = ''] = await this.#running.waitForText(/HTTP server listening on (http:\S+)/);
    this.#url = url;
    const startedMs = performance.now() - began;
    return startedMs + (await this.again(context));
  }

  async again(context: BrowserContext): Promise<number> {
    const began = performance.now();
    const page = await context.newPage();
    const took = (await use(page, this.#url)) - began;
    await page.close();
    return took;
  }

  async end(): Promise<void> {
    await this.#running?.[Symbol.asyncDispose]();
    this.#running = null;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }
}
