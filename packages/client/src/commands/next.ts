/** `berth next`: to whoever has waited longest, anywhere; and on detach to the next. */
import { isExternal } from '@berth/shared/domain/external-session';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { takeInventory } from '../fleet/inventory.ts';
import { placesOf } from '../fleet/resolve.ts';
import { attentionRow } from '../fleet/view.ts';
import { askOf, inOrder, type Waiting } from '../fleet/waiting.ts';
import { attentionText } from '../render/attention.ts';
import { toJson } from '../render/json.ts';
import { moment } from '../terminal/moment.ts';
import { ATTACH_FLAGS, attachTo, detachKeysOf, needTerminal } from './attach.ts';
import { defineCommand } from './command.ts';
import { namedJson, namedText } from './each-target.ts';
import { story } from './stream.ts';
import { reachCode, warnUnreachable } from './target.ts';

/** After a detach, before it goes to the next one. */
const MOMENT_MS = 3000;

export const next = defineCommand({
  usage: '',
  describe:
    'Attach to the session that has waited longest for you, on any host; when you detach, to the next one.',
  example: 'berth next',
  flags: { once: { type: 'boolean', describe: 'stop after one' }, ...ATTACH_FLAGS },
  most: 0,
  async run({ flags }, context) {
    if (!context.console.json) {
      needTerminal(context);
      detachKeysOf(flags, context);
    }
    const visited = new Set<string>();
    let detached = false;
    for (let first = true; ; first = false) {
      const { waiting, code } = await whoWaits(context, { warn: first });
      if (context.console.json) return printed(waiting, context) ?? code;
      const left = waiting.filter((one) => !visited.has(askOf(one)));
      const [one] = left;
      if (!one) return leave(first, waiting.length, { code, context });
      visited.add(askOf(one));
      const more = left.length > 1 ? `; ${left.length - 1} more wait` : '';
      const keys = detached ? ' (enter: at once, q: leave)' : '';
      context.console.err(`berth: ${detached ? 'next: ' : ''}${line(one)}${more}${keys}\n`);
      if (detached && !(await moment(context.console, MOMENT_MS))) return 0;
      detached = !isFinal(one.session.state);
      if (detached) await attachTo(one, flags, context);
      else ended(one, context);
      if (flags.once) return 0;
    }
  },
});

async function whoWaits(context: Context, options: { warn: boolean }) {
  const answers = await takeInventory(context, await context.hosts());
  if (options.warn) warnUnreachable(context, answers);
  const places = placesOf(answers);
  return { waiting: inOrder(places, Date.now()), code: reachCode(answers) };
}

function printed(waiting: readonly Waiting[], { console }: Context): number | null {
  const [one] = waiting;
  const next = one ? { ...namedJson(one), attention: attentionRow(one.session.attention) } : null;
  console.out(`${toJson({ next, waiting: waiting.length })}\n`);
  return one ? 0 : null;
}

function leave(first: boolean, still: number, options: { code: number; context: Context }): number {
  const more =
    still > 0 ? `; ${still} you have been to still ask${still === 1 ? 's' : ''}: berth ack --all` : '';
  options.context.console.err(`berth: nobody ${first ? '' : 'else '}waits for you${more}\n`);
  return options.code;
}

/** Nothing is left to attach to: what it said last is told, and how to see more. */
function ended({ host, session }: Waiting, { console }: Context): void {
  const { id, attention } = session;
  if (isExternal(id)) {
    console.err(
      `berth: its tmux session is gone; put it away with: berth ack ${oneLine(`${host.name}:${id}`)}\n`,
    );
    return;
  }
  const said = oneLine(attention.line);
  console.err(`berth: ${story(session)}\n${said ? `  ${said}\n` : ''}`);
  console.err(`  see what it left: berth output ${id}; then: berth ack ${id}\n`);
}

function line({ host, session }: Waiting): string {
  return `${oneLine(host.name)}:${namedText(session)} ${attentionText(session.attention, Date.now())}`;
}
