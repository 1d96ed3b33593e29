/** What `berth start` does with its sessions once they are there: attach, follow, wait for their end. */
import type { Context } from '../context.ts';
import { awaitStart } from '../fleet/await-start.ts';
import type { Place } from '../fleet/resolve.ts';
import type { Placed } from '../placement/place.ts';
import { asBerthError, renderError } from '../render/errors.ts';
import { attachTo } from './attach.ts';
import { interruption } from './interruption.ts';
import { placeInLine } from './start-report.ts';
import { streamOutput } from './stream.ts';
import { waitForEnd } from './wait.ts';

interface Company {
  readonly attach: boolean;
  readonly follow: boolean;
  readonly wait: boolean;
}

/** The exit codes that come of it; none where nothing was wanted. */
export async function accompany(
  started: readonly Placed[],
  { attach, follow, wait }: Company,
  context: Context,
): Promise<number[]> {
  const [only] = started;
  if (!only || !(attach || follow || wait)) return [];
  try {
    if (attach) return [await attachTo(await begun(only, context), {}, context)];
    if (follow) {
      const options = { offset: 0, tailBytes: 0, raw: false, follow: true, reconnect: true };
      const code = await streamOutput(await begun(only, context), options, context);
      if (code !== 0 || !wait) return [code];
    }
    const ended = async (place: Placed) => await waitForEnd(await begun(place, context), context);
    return await Promise.all(started.map(ended));
  } catch (error) {
    context.console.err(renderError(error, context.console));
    return [asBerthError(error).exitCode];
  }
}

/** The session once it is its turn; it says that it waits. */
async function begun(place: Placed, context: Context): Promise<Place> {
  if (place.session.state !== 'queued') return place;
  const { console } = context;
  const tell = (session: Placed['session']) =>
    console.err(`berth: ${session.id} waits on ${place.host.name}: ${placeInLine(session)}\n`);
  if (console.errIsTty) tell(place.session);
  using interrupted = interruption();
  const session = await awaitStart(place.session, {
    connect: (signal) => context.connect(place.host, { signal }),
    signal: interrupted.signal,
    moved: (next) => console.errIsTty && tell(next),
  });
  return { host: place.host, session };
}
