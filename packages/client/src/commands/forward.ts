/** `berth forward`: what a session listens on, on this machine. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { Context } from '../context.ts';
import type { Place } from '../fleet/resolve.ts';
import type { Reporter } from '../forward/background.ts';
import type { ForwardingNews } from '../forward/forwarding.ts';
import { defineCommand } from './command.ts';
import { listOrClose } from './forward-list.ts';
import { forwardNews } from './forward-news.ts';
import { interruption } from './interruption.ts';
import { theSession } from './target.ts';

const FLAGS = {
  any: { type: 'boolean', describe: 'also ports of other processes of the host' },
  background: { type: 'boolean', short: 'b', describe: 'go on after the command has ended' },
  list: { type: 'boolean', describe: 'list the forwards of this machine' },
  close: {
    type: 'boolean',
    describe: 'close forwards: of the SESSION or local PORT that is named, or all',
  },
} as const;

export const forward = defineCommand({
  usage: '[SESSION [PORT[:LOCAL]…]]',
  describe: 'Reach what a session listens on as localhost. Without PORT: all of it, as it comes and goes.',
  example: 'berth forward my-session 3000',
  flags: FLAGS,
  async run({ flags, words }, context) {
    checkFlags(flags, words);
    if (flags.list || flags.close) return await listOrClose(words, flags.close, context);
    const { parsePortWords } = await import('../forward/port-words.ts');
    const wanted = parsePortWords(words.slice(1));
    const { reporter } = await import('../forward/background.ts');
    const stays = flags.background ? reporter(context.env) : null;
    if (flags.background && !stays) return await inBackground(context);
    const accept = ({ session: { state } }: Place) => !isFinal(state);
    const none = 'no session lives';
    const place = await theSession(words.slice(0, 1), context, { command: 'forward', accept, none });
    const { Forwarding } = await import('../forward/forwarding.ts');
    using interrupted = interruption();
    const told = forwardNews(context.console);
    const ours = stays ? untilStanding(stays, told) : told;
    using forwarding = new Forwarding({
      place,
      connect: () => context.connect(place.host),
      runtimeDir: context.paths.runtimeDir,
      anyProcess: flags.any,
      told: ours,
    });
    const { session } = place;
    try {
      await forwarding.begin(wanted, interrupted.signal);
      if (session.state === 'suspended') {
        ours.trouble(`session ${session.id} is suspended: nothing of it answers until berth resume`);
      }
      if (wanted.length === 0 && !stays) told.following(session);
      stays?.standing();
      await forwarding.keep(interrupted.signal);
    } catch (error) {
      if (!interrupted.signal.aborted) throw error;
    }
    return interrupted.signal.aborted ? 130 : 0;
  },
});

/** The news of a process that stays: passed on by the one that waits for it, and then nobody's. */
function untilStanding(stays: Reporter, { trouble }: ForwardingNews): ForwardingNews {
  return {
    opened: stays.opened,
    closed() {},
    trouble(text, hint) {
      if (!stays.stands) trouble(text, hint);
    },
  };
}

function checkFlags(
  { any, background, list, close }: Record<keyof typeof FLAGS, boolean>,
  words: readonly string[],
): void {
  if (list && close) throw new BerthError('USAGE', 'berth forward takes --list or --close, not both');
  if ((list || close) && (any || background)) {
    throw new BerthError(
      'USAGE',
      `berth forward --${list ? 'list' : 'close'} opens nothing: leave the rest out`,
    );
  }
  if (background && words.length === 0) {
    throw new BerthError('USAGE', 'berth forward --background needs a session');
  }
  if (any && words.length === 1) throw new BerthError('USAGE', 'berth forward --any needs a PORT');
}

/** The process that stays does the work; this one tells how it began. */
async function inBackground(context: Context): Promise<number> {
  const { stayInBackground } = await import('../forward/background.ts');
  using interrupted = interruption();
  const { opened, said, code } = await stayInBackground(context.env, interrupted.signal);
  context.console.err(said);
  if (code !== null) return interrupted.signal.aborted ? 130 : code;
  const told = forwardNews(context.console);
  for (const { forward, moved } of opened) told.opened(forward, moved);
  if (!context.console.json) context.console.err('berth: goes on; end it with berth forward --close\n');
  return 0;
}
