/** `berth ui`: every session of every host as a tab in the browser, served on this machine alone. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Context } from '../context.ts';
import { createFleetCache } from '../fleet/cache.ts';
import { openLiveFleet } from '../fleet/live/open-live-fleet.ts';
import { UI_PORT } from '../forward/port-words.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { interruption } from './interruption.ts';
import { wholeNumber } from './values.ts';

/** Memory, CPU and figures of sessions are looked at again this often. */
const REFRESH_MS = 3000;

export const ui = defineCommand({
  usage: '[--port N] [--no-open] [--app]',
  describe: 'Every session as a tab in your browser, until ctrl-C. Nobody else can open it.',
  example: 'berth ui --app',
  flags: {
    port: { type: 'string', value: 'N', describe: `listen on localhost:N (${UI_PORT}); 0: any that is free` },
    'no-open': { type: 'boolean', describe: 'print the link, and leave the browser alone' },
    app: { type: 'boolean', describe: 'in a window of its own, where Chromium or Chrome is installed' },
  },
  most: 0,
  async run({ flags }, context) {
    if (flags['no-open'] && flags.app) throw new BerthError('USAGE', 'choose one of --no-open and --app');
    const wanted = flags.port === undefined ? null : portOf(flags.port);
    const { askForLink, answerLinks } = await import('../web/link-socket.ts');
    const { runtimeDir } = context.paths;
    const running = await askForLink(runtimeDir);
    if (running !== null) {
      context.console.err('berth: it runs already; this is another link to it\n');
      await show(running, flags, context);
      return 0;
    }
    const [{ serveUi }, { loadStaticFiles }] = await Promise.all([
      import('../web/serve-ui.ts'),
      import('../web/static-files.ts'),
    ]);
    const files = loadStaticFiles(context.env);
    using interrupted = interruption();
    const there = { ui: null as { readonly watched: boolean } | null };
    await using fleet = openLiveFleet({
      hosts: await context.hosts(),
      context,
      cache: createFleetCache(context.paths.cacheDir),
      refreshMs: REFRESH_MS,
      watched: () => there.ui?.watched === true,
      follow: (changed) => context.watchHosts(changed),
    });
    await using served = await serveUi({
      context,
      fleet,
      files,
      port: { port: UI_PORT, local: wanted },
    });
    there.ui = served;
    if (wanted === null && served.port !== UI_PORT)
      context.console.err(`berth: port ${UI_PORT} is taken, this is ${served.port}\n`);
    using _links = await answerLinks(runtimeDir, () => served.link());
    await show(served.link(), flags, context);
    context.console.err('berth: end it with ctrl-C\n');
    const { signal } = interrupted;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return 130;
  },
});

/** 0: any. */
function portOf(text: string): number {
  const port = wholeNumber('--port', text);
  if (port <= 65_535) return port;
  throw new BerthError('USAGE', `--port cannot be ${text}: it is at most 65535`);
}

async function show(
  url: string,
  flags: { 'no-open': boolean; app: boolean },
  { console, env }: Context,
): Promise<void> {
  console.out(console.json ? `${toJson({ url })}\n` : `${url}\n`);
  if (flags['no-open']) return;
  const { openWindow } = await import('../web/app-window.ts');
  if (flags.app && (await openWindow(url, env))) return;
  const { openInBrowser } = await import('../editor/open-here.ts');
  if (await openInBrowser(url, env)) return;
  console.err('berth: no browser could be started here: open the link yourself, within a minute\n');
}
