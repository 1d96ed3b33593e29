/**
 * Watches all hosts while somebody is attached to a session, and says when another one asks. Never in
 * the way: it starts when the terminal shows the session, and is left behind without being waited for.
 */
import { existsSync } from 'node:fs';
import type { Context } from '../context.ts';
import { type Attached, noticeLine, together } from './notice-line.ts';

export interface NoticeOptions extends Attached {
  readonly context: Context;
  /** Shows one line. */
  readonly show: (text: string) => void;
}

/** The screen stands still while a line is shown: not more often than this. Ms. */
const PAUSE_MS = 10_000;

export async function watchAttention(options: NoticeOptions): Promise<Disposable> {
  const { context, show } = options;
  const [{ openLiveFleet }, { createFleetCache }] = await Promise.all([
    import('./live/open-live-fleet.ts'),
    import('./cache.ts'),
  ]);
  const all = await context.hosts();
  // Nobody who attaches somewhere else wants an agent started here for it.
  const hosts = all.filter(({ kind }) => kind !== 'local' || existsSync(context.paths.agentSocket));
  const fleet = openLiveFleet({ hosts, context, cache: createFleetCache(context.paths.cacheDir) });
  const lines: string[] = [];
  let timer: NodeJS.Timeout | null = null;
  let shownAt = Number.NEGATIVE_INFINITY;
  const flush = () => {
    timer = null;
    shownAt = performance.now();
    show(together(lines.splice(0)));
  };
  fleet.onNews((news) => {
    const line = noticeLine(news, options, Date.now());
    if (line === null) return;
    lines.push(line);
    timer ??= setTimeout(flush, Math.max(0, shownAt + PAUSE_MS - performance.now())).unref();
  });
  return {
    [Symbol.dispose]: () => {
      if (timer) clearTimeout(timer);
      void fleet[Symbol.asyncDispose]();
    },
  };
}
