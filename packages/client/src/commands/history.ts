/** `berth history`: what was started from here, as one types it, and by its number starts it again. */
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { formatAge } from '@berth/shared/domain/duration';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { decodeHistory, type NumberedStart } from '../history/entry.ts';
import { clearHistory, historyFile, readHistory } from '../history/file.ts';
import { shellLine, startWords } from '../history/words.ts';
import { counted } from '../render/counted.ts';
import { toJson } from '../render/json.ts';
import { table } from '../render/table.ts';
import { defineCommand } from './command.ts';
import { wholeNumber } from './values.ts';

export const history = defineCommand({
  usage: '[WORD]',
  describe: 'What you started from here, newest last; with WORD, where that is in it.',
  example: 'berth history && berth start --again',
  flags: {
    limit: { type: 'string', short: 'n', value: 'N', describe: 'only the newest N' },
    clear: { type: 'boolean', describe: 'forget all of it' },
  },
  most: 1,
  async run({ flags, words }, context) {
    const { console } = context;
    const [word] = words;
    if (flags.clear && (word !== undefined || flags.limit !== undefined))
      throw new BerthError('USAGE', '--clear forgets all: leave out WORD and --limit');
    const limit = flags.limit === undefined ? null : wholeNumber('--limit', flags.limit);
    const all = await noted(context);
    if (flags.clear) return await clear(all.length, context);
    const fitting = all.filter((start) => word === undefined || has(start, word));
    const starts = limit === null ? fitting : fitting.slice(Math.max(0, fitting.length - limit));
    if (console.json) console.out(`${toJson({ starts: starts.map(startJson) })}\n`);
    else if (starts.length > 0) console.out(listing(starts, context));
    else console.err(`berth: ${nothing(all.length, word, context)}\n`);
    return 0;
  },
});

async function noted({ paths }: Context): Promise<NumberedStart[]> {
  const file = historyFile(paths.stateDir);
  try {
    return decodeHistory(readHistory(file));
  } catch (error) {
    throw new BerthError('CONFIG_INVALID', `cannot read the history: ${oneLine(messageOf(error))}`);
  }
}

async function clear(starts: number, { console, paths }: Context): Promise<number> {
  const file = historyFile(paths.stateDir);
  await clearHistory(file).catch((error: unknown) => {
    throw new BerthError('CONFIG_INVALID', `cannot clear the history: ${oneLine(messageOf(error))}`, {
      hint: `remove it: rm ${file}`,
    });
  });
  console.out(console.json ? `${toJson({ cleared: starts })}\n` : `${counted(starts, 'start')} forgotten\n`);
  return 0;
}

function has(start: NumberedStart, word: string): boolean {
  const texts = [
    startWords(start).join(' '),
    start.directory,
    ...start.sessions.flatMap(({ id, name, host }) => [`${host}:${id}`, `${host}:${name}`]),
  ];
  return texts.some((text) => text.toLowerCase().includes(word.toLowerCase()));
}

function listing(starts: readonly NumberedStart[], { console }: Context): string {
  const now = Date.now();
  const rows = starts.map((start) => [
    String(start.number),
    formatAge(now - start.at),
    whatBecame(start),
    shellLine(['berth', ...startWords(start)]),
  ]);
  const titles = [{ title: 'N' }, { title: 'AGE' }, { title: 'SESSION' }];
  return table([...titles, { title: 'COMMAND', flexible: true }], rows, { columns: console.columns });
}

/** `HOST:NAME`, or `HOST:ID`, of the first. */
function whatBecame({ sessions, outcome }: NumberedStart): string {
  const [first] = sessions;
  if (!first) return outcome;
  const more = sessions.length > 1 ? ` +${sessions.length - 1}` : '';
  return oneLine(`${first.host}:${first.name || first.id}${more}`);
}

function startJson(start: NumberedStart) {
  const { number, at, directory, outcome, reason, withheld, sessions } = start;
  return {
    number,
    at: new Date(at).toISOString(),
    directory,
    words: startWords(start),
    outcome,
    reason,
    withheld,
    sessions: sessions.map(({ id, name, host }) => ({ session_id: id, name, vm_name: host })),
  };
}

function nothing(all: number, word: string | undefined, { settings }: Context): string {
  if (!settings.history) return 'nothing is noted: the setting history is off';
  if (all === 0 || word === undefined)
    return 'nothing was started from here yet; berth start notes it, and berth start --again repeats it';
  return `none of ${counted(all, 'start')} has ${oneLine(word)}`;
}
