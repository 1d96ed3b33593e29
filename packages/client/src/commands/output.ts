/** `berth output`: what a session printed, rendered or byte by byte, now or as it comes. */

import { BerthError } from '@berth/shared/domain/berth-error';
import { statusOf } from '@berth/shared/domain/session-state';
import { oneLine, safeText } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import type { Place } from '../fleet/resolve.ts';
import { toJson } from '../render/json.ts';
import { waits } from './await-turn.ts';
import { defineCommand } from './command.ts';
import { streamOutput } from './stream.ts';
import { theSession } from './target.ts';
import { wholeNumber } from './values.ts';

export const output = defineCommand({
  usage: '[HOST:]SESSION',
  describe: 'Print what a session printed.',
  example: 'berth output --follow my-session',
  flags: {
    lines: { type: 'string', short: 'n', value: 'N', describe: 'the last N lines (100)' },
    all: { type: 'boolean', describe: 'all lines there are' },
    follow: { type: 'boolean', short: 'f', describe: 'go on as it prints, until it ends' },
    raw: { type: 'boolean', describe: 'the bytes as they were printed' },
    'since-offset': { type: 'string', value: 'N', describe: 'from byte N of the transcript' },
    screen: { type: 'boolean', describe: 'only what its screen shows now' },
    'no-reconnect': { type: 'boolean', describe: 'with --follow: stop when the connection breaks' },
  },
  most: 1,
  async run({ flags, words }, context) {
    const { raw, follow } = flags;
    const lines = flags.all ? 0 : wholeNumber('--lines', flags.lines ?? '100');
    const since = flags['since-offset'];
    const offset = since === undefined ? null : wholeNumber('--since-offset', since);
    if (flags.screen && (follow || raw || offset !== null)) {
      throw new BerthError(
        'USAGE',
        '--screen shows what is there now: leave out --follow, --raw and --since-offset',
      );
    }
    const json = context.console.json;
    refuseTogether(json && '--json', [
      follow && '--follow',
      raw && '--raw',
      offset !== null && '--since-offset',
    ]);
    refuseTogether(flags.all && '--all', [flags.lines && '--lines', offset !== null && '--since-offset']);
    refuseTogether(offset !== null && '--since-offset', [flags.lines && '--lines']);
    refuseTogether(flags.screen && '--screen', [flags.lines && '--lines', flags.all && '--all']);
    if (flags['no-reconnect'] && !follow) throw new BerthError('USAGE', '--no-reconnect goes with --follow');
    const place = await theSession(words, context, { command: 'output' });
    const reconnect = !flags['no-reconnect'];
    const stream = { raw, follow, reconnect, tailBytes: 0 };
    if (offset !== null) return await streamOutput(place, { ...stream, offset }, context);
    if (raw) {
      const from = flags.lines === undefined ? 0 : await offsetOfLastLines(place, lines, context);
      return await streamOutput(place, { ...stream, offset: from }, context);
    }
    // Lines asked for are 0 only with --lines 0, which shows none: the agent's 0 means all.
    const none = !flags.all && lines === 0;
    const client = await context.connect(place.host);
    const seed = await client.captureScreen({
      session: place.session.id,
      lines: none ? 1 : lines,
      screenOnly: flags.screen,
    });
    const shown = none ? [] : seed.lines;
    printSeed({ ...place, session: seed.session }, shown, context);
    const queued = seed.session.state === 'queued';
    if (queued && !follow && !json) context.console.err(`${waits(seed.session)}\n`);
    return follow ? await streamOutput(place, { ...stream, offset: seed.transcriptOffset }, context) : 0;
  },
});

/** Throws USAGE for the first of the others that was given too. */
function refuseTogether(flag: string | false, others: readonly (string | false | undefined)[]): void {
  const other = others.find(Boolean);
  if (flag && other) throw new BerthError('USAGE', `choose one of ${flag} and ${other}`);
}

function printSeed({ host, session }: Place, lines: readonly string[], { console }: Context): void {
  const status = statusOf(session.state);
  if (console.json) {
    console.out(
      `${toJson({ session_id: session.id, vm_name: host.name, status, lines, transcript_end: session.transcriptEnd })}\n`,
    );
    return;
  }
  if (console.isTty) {
    console.out(`=== Session: ${session.id}${session.name ? ` (${oneLine(session.name)})` : ''} ===\n`);
    console.out(
      `host ${oneLine(host.name)}, ${status}, captured ${new Date().toISOString()}, ${lines.length} lines\n\n`,
    );
  }
  if (lines.length > 0) console.out(`${safeText(lines.join('\n'))}\n`);
}

/** Where the last lines begin, in bytes of the transcript; looks back 256 bytes a line at most. */
async function offsetOfLastLines(place: Place, lines: number, context: Context): Promise<number> {
  const client = await context.connect(place.host);
  const { transcriptStart, transcriptEnd } = place.session;
  if (lines === 0) return transcriptEnd;
  const tailBytes = Math.min(transcriptEnd - transcriptStart, lines * 256);
  if (tailBytes <= 0) return transcriptEnd;
  const parts: Uint8Array[] = [];
  let first = -1;
  for await (const chunk of client.readOutput({
    session: place.session.id,
    offset: 0,
    tailBytes,
    follow: false,
  })) {
    if (first < 0) first = chunk.offset;
    parts.push(chunk.data);
  }
  const bytes = Buffer.concat(parts);
  let at = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
  for (let i = 0; i < lines && at > 0; i++) at = bytes.lastIndexOf(0x0a, at - 1);
  return Math.max(0, first) + (at < 0 ? 0 : at + (at > 0 || bytes[0] === 0x0a ? 1 : 0));
}
