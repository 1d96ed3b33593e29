/** `berth explain`: which rule said what of a session, when, and why the others lost. */
import type { Verdict } from '@berth/shared/domain/attention';
import { formatAge } from '@berth/shared/domain/duration';
import { oneLine } from '@berth/shared/domain/text';
import { attentionRow } from '../fleet/view.ts';
import { attentionText } from '../render/attention.ts';
import { bold, type Console } from '../render/console.ts';
import { toJson } from '../render/json.ts';
import { table } from '../render/table.ts';
import { fitText } from '../render/width.ts';
import { defineCommand } from './command.ts';
import { namedJson, namedText } from './each-target.ts';
import { theSession } from './target.ts';

export const explain = defineCommand({
  usage: '[HOST:]SESSION',
  describe: 'Why a session is taken to work, wait or ask: what each source said, when, and which one holds.',
  example: 'berth explain my-session',
  flags: {},
  most: 1,
  async run({ words }, context) {
    const { console } = context;
    const place = await theSession(words, context, { command: 'explain' });
    const client = await context.connect(place.host);
    const { session, verdicts } = await client.explain(place.session.id);
    const now = Date.now();
    if (console.json) {
      const { activity, attention } = session;
      const known = {
        activity,
        attention: attention && attentionRow(attention),
        verdicts: verdicts.map(verdictJson),
      };
      console.out(`${toJson({ ...namedJson({ ...place, session }), ...known })}\n`);
      return 0;
    }
    const asks = session.attention ? attentionText(session.attention, now) : 'asks for nobody';
    console.out(`${namedText(session)}: ${session.activity}, ${asks}\n`);
    if (verdicts.length === 0) console.err('berth: no source has said anything of it\n');
    else console.out(verdictTable(verdicts, now, console));
    return 0;
  },
});

/** In a pipe a column for everything; on a terminal what was seen, and why it lost, have lines of their own. */
function verdictTable(verdicts: readonly Verdict[], now: number, console: Console): string {
  const { columns: width } = console;
  const titles = ['VERDICT', 'SOURCE', 'RULE', 'AGE', 'SAYS', ...(width === null ? ['SEEN', 'WHY'] : [])];
  const rows = verdicts.map((verdict) => verdictRow(verdict, now).slice(0, titles.length));
  const mark = (line: string, row: number) => {
    const { holds = false, seen = '', lost = '' } = verdicts[row] ?? {};
    const shown = holds ? bold(console, line) : line;
    const why = [seen, lost].map(oneLine).filter(Boolean).join(' — ');
    return width === null || why === '' ? shown : `${shown}\n${fitText(`         ${why}`, width)}`;
  };
  return table(
    titles.map((title) => ({ title })),
    rows,
    { columns: width, mark },
  );
}

function verdictRow(verdict: Verdict, now: number): string[] {
  const { holds, source, rule, at, activity, attention, seen, lost } = verdict;
  const says = [activity === 'unknown' ? '' : activity, attention ?? ''].filter(Boolean).join(', ');
  const who = [holds ? 'HOLDS' : 'LOST', source, oneLine(rule), formatAge(now - at), says || '-'];
  return [...who, oneLine(seen) || '-', oneLine(lost) || '-'];
}

function verdictJson({ source, rule, at, activity, attention, seen, holds, lost }: Verdict) {
  return { holds, source, rule, at: new Date(at).toISOString(), activity, attention, seen, lost };
}
