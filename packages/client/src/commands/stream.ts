/** Prints what a session prints, as a stream: cleaned unless raw, each byte once. */
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { readResuming } from '../fleet/follow.ts';
import type { Place } from '../fleet/resolve.ts';
import { Sanitizer } from '../render/sanitize.ts';
import { waits } from './await-turn.ts';
import { interruption } from './interruption.ts';

export interface StreamOptions {
  readonly offset: number;
  /** Begin this many bytes before the end; 0: at offset. */
  readonly tailBytes: number;
  readonly raw: boolean;
  readonly follow: boolean;
  readonly reconnect: boolean;
}

export async function streamOutput(place: Place, options: StreamOptions, context: Context): Promise<number> {
  const { console } = context;
  const sanitizer = options.raw ? null : new Sanitizer({ colors: console.color });
  if (options.follow && place.session.state === 'queued') console.err(`${waits(place.session)}\n`);
  using interrupted = interruption();
  const pieces = readResuming({
    connect: (signal) => context.connect(place.host, { signal }),
    session: place.session.id,
    ...options,
    signal: interrupted.signal,
    lost: (error) => console.errIsTty && console.err(`berth: ${oneLine(error.message)}; reconnecting …\n`),
  });
  for await (const { data, truncatedBytes, ended } of pieces) {
    if (truncatedBytes > 0)
      console.err(
        `berth: ${formatMemory(truncatedBytes)} of output before this are gone: the transcript keeps the newest\n`,
      );
    const printed = sanitizer ? sanitizer.push(data) : data;
    if (printed.length > 0) await console.write(printed);
    if (ended && console.errIsTty && !options.raw) console.err(`berth: ${story(ended)}\n`);
  }
  const rest = sanitizer?.end();
  if (rest) await console.write(rest);
  if (!interrupted.signal.aborted) return 0;
  if (options.follow && console.errIsTty)
    console.err(`\nberth: no longer following; session ${labelOf(place.session)} goes on\n`);
  return 130;
}

/** One line on how a session ended, or what it is doing. */
export function story(session: Place['session']): string {
  const code = session.exitCode === null ? '' : ` (exit ${session.exitCode})`;
  const why = session.detail ? `: ${oneLine(session.detail)}` : '';
  return `session ${labelOf(session)} ${session.state}${code}${why}`;
}

function labelOf({ name, id }: Place['session']): string {
  return oneLine(name) || id;
}
