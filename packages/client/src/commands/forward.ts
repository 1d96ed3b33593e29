/** `berth forward`: what a session listens on, on this machine. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import type { Place } from '../fleet/resolve.ts';
import type { Forward } from '../forward/forward-files.ts';
import type { ForwardingNews } from '../forward/forwarding.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { forwardJson, listOrClose } from './forward-list.ts';
import { interruption } from './interruption.ts';
import { theSession } from './target.ts';

export const forward = defineCommand({
  usage: 'SESSION [PORT[:LOCAL]…]',
  describe: 'Reach what a session listens on as localhost. Without PORT: all of it, as it comes and goes.',
  example: 'berth forward my-session 3000',
  flags: {
    any: { type: 'boolean', describe: 'also ports of other processes of the host' },
    background: { type: 'boolean', short: 'b', describe: 'go on after the command has ended' },
    list: { type: 'boolean', describe: 'list the forwards of this machine' },
    close: {
      type: 'boolean',
      describe: 'close forwards: of the SESSION or local PORT that is named, or all',
    },
  },
  async run({ flags, words }, context) {
    if (flags.list || flags.close) return listOrClose(flags, words, context);
    const { parsePortWord } = await import('../forward/port-words.ts');
    const [session, ...ports] = words;
    const wanted = ports.map(parsePortWord);
    const { reporter } = await import('../forward/background.ts');
    const stays = flags.background ? reporter(context.env) : null;
    if (flags.background && !stays) {
      if (session === undefined) throw new BerthError('USAGE', 'berth forward --background needs a session');
      return await background(context);
    }
    const accept = ({ session: { state } }: Place) => !isFinal(state);
    const place = await theSession(words.slice(0, 1), context, { command: 'forward', accept });
    const { Forwarding } = await import('../forward/forwarding.ts');
    using interrupted = interruption();
    using forwarding = new Forwarding({
      place,
      connect: () => context.connect(place.host),
      runtimeDir: context.paths.runtimeDir,
      anyProcess: flags.any,
      told: stays ? { opened: stays.opened, closed() {}, trouble() {} } : news(context),
    });
    for (const word of wanted) await forwarding.open(word);
    const all = wanted.length === 0;
    stays?.standing();
    if (all && !stays)
      context.console.err(`berth: all that ${label(place.session)} listens on; end it with ctrl-c\n`);
    await forwarding.keep({ all, signal: interrupted.signal });
    return interrupted.signal.aborted ? 130 : 0;
  },
});

async function background(context: Context): Promise<number> {
  const { stayInBackground } = await import('../forward/background.ts');
  using interrupted = interruption();
  const outcome = await stayInBackground(context.env, interrupted.signal);
  if ('code' in outcome) {
    context.console.err(outcome.said);
    return outcome.code;
  }
  const told = news(context);
  for (const forward of outcome.forwards) told.opened(forward);
  if (!context.console.json) context.console.err('berth: goes on; end it with berth forward --close\n');
  return 0;
}

function news({ console }: Context): ForwardingNews {
  return {
    opened(opened) {
      if (console.json) return console.out(`${toJson({ opened: forwardJson(opened) })}\n`);
      console.out(`${line(opened)}\n`);
    },
    closed(closed) {
      if (console.json) return console.out(`${toJson({ closed: forwardJson(closed) })}\n`);
      console.err(`berth: localhost:${closed.localPort} is closed\n`);
    },
    trouble: (text) => console.err(`berth: ${oneLine(text)}\n`),
  };
}

function line({ localPort, port, host, name, sessionId }: Forward): string {
  const moved = localPort === port ? '' : ` (${port} is taken here)`;
  return oneLine(`http://localhost:${localPort} -> ${host}:${name || sessionId} port ${port}${moved}`);
}

function label({ name, id }: { name: string; id: string }): string {
  return oneLine(name) || id;
}
