/** Sessions of `berth start` for which there is no slot: whether they wait in line, and where. */
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { inLine } from '../fleet/queue-place.ts';
import type { Job } from '../placement/attempt.ts';
import { isFull } from '../placement/outcomes.ts';
import type { Placed, Placement } from '../placement/place.ts';
import { confirmUsual } from '../render/picker.ts';

type Results = readonly PromiseSettledResult<Placed>[];

/** `results` by job. In scripts nobody waits unless it was asked for; on a terminal the person is asked. */
export async function waitInLine(
  results: Results,
  jobs: readonly Job[],
  options: {
    placement: Placement;
    flags: { readonly queue: boolean; readonly 'no-queue': boolean };
    context: Context;
  },
): Promise<Results> {
  const { placement, flags, context } = options;
  const full = (result: Results[number]) => result.status === 'rejected' && isFull(result.reason);
  const waiting = results.filter(full).length;
  if (waiting === 0 || flags['no-queue']) return results;
  if (!flags.queue && !(await wants(waiting, { of: jobs.length, placement, context }))) return results;
  const queued: PromiseSettledResult<Placed>[] = [];
  // One after the other: they stand in line as they were given.
  for (const [i, result] of results.entries()) {
    const job = jobs[i];
    if (!job || !full(result)) queued.push(result);
    else queued.push(...(await Promise.allSettled([placement.queue(job)])));
  }
  return queued;
}

async function wants(
  waiting: number,
  { of, placement, context }: { of: number; placement: Placement; context: Context },
): Promise<boolean> {
  const { console } = context;
  if (console.json || !console.canAsk) return false;
  const [line] = await placement.lines();
  if (!line) return false;
  const who = of === 1 ? '' : ` for ${waiting} of ${of} sessions`;
  const where = `${oneLine(line.host.name)}, ${inLine(line.place)}`;
  return await confirmUsual(console, `All hosts are full${who}. Wait in line on ${where}?`);
}
