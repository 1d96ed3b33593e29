/** What `berth start` does with its sessions once they are there: attach, follow, wait for their end. */
import type { Context } from '../context.ts';
import type { Placed } from '../placement/place.ts';
import { attachTo } from './attach.ts';
import { streamOutput } from './stream.ts';
import { waitForEnd } from './wait.ts';

interface Company {
  readonly attach: boolean;
  readonly follow: boolean;
  readonly wait: boolean;
}

/** The exit codes that come of it; none where nothing was wanted. Those in line are waited for. */
export async function accompany(
  started: readonly Placed[],
  { attach, follow, wait }: Company,
  context: Context,
): Promise<number[]> {
  const [only] = started;
  if (only && attach) return [await attachTo(only, {}, context)];
  if (only && follow) {
    const options = { offset: 0, tailBytes: 0, raw: false, follow: true, reconnect: true };
    const code = await streamOutput(only, options, context);
    if (code !== 0 || !wait) return [code];
  }
  return wait ? await Promise.all(started.map((place) => waitForEnd(place, context))) : [];
}
