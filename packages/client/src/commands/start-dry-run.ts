/** `berth start --dry-run`: where each session would go and why, and why not to the others. */
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { inLine } from '../fleet/queue-place.ts';
import type { Job } from '../placement/attempt.ts';
import type { Placement } from '../placement/place.ts';
import type { PassedOver, Ranking } from '../placement/rank.ts';
import { reasonsFor } from '../placement/reasons.ts';
import type { Line } from '../placement/soonest.ts';
import type { Where } from '../placement/where.ts';
import { toJson } from '../render/json.ts';

/** 0, or 5 where one of them would find no host. */
export async function dryRun(
  jobs: readonly Job[],
  { placement, where }: { placement: Placement; where: Where },
  { console }: Context,
): Promise<number> {
  const rankings = await placement.plan(jobs);
  const [line = null] = await placement.lines();
  const plans = rankings.map((ranking, i) => planOf(ranking, { job: jobs[i], where, line }));
  if (console.json) console.out(`${toJson({ placements: plans })}\n`);
  else plans.forEach((plan, i) => void console.out(textOf(plan, `[${i + 1}/${plans.length}]`)));
  return plans.some(({ host }) => host === null) ? 5 : 0;
}

type Plan = ReturnType<typeof planOf>;

function planOf(
  { ranked, passedOver }: Ranking,
  { job, where, line }: { job: Job | undefined; where: Where; line: Line | null },
) {
  const [best] = ranked;
  const told = ({ host, obstacle }: PassedOver) => ({ host: host.name, reason: obstacle.words });
  return {
    prompt: job?.work.prompt || job?.work.argv.join(' ') || '',
    host: best?.host.name ?? null,
    memory_bytes: best?.slotBytes ?? where.constraints.memoryBytes,
    reasons: best ? reasonsFor(best, where.policy) : [],
    next: ranked.slice(1).map(({ host }) => host.name),
    passed_over: [...passedOver, ...where.left].map(told),
    /** Where it could wait in line. */
    queue: best || !line ? null : { host: line.host.name, place: line.place },
  };
}

function textOf({ host, prompt, reasons, next, passed_over, queue }: Plan, head: string): string {
  const where = queue
    ? `nowhere now; with --queue it waits on ${oneLine(queue.host)}, ${inLine(queue.place)}`
    : 'nowhere';
  const lines = [
    `${head} ${host === null ? where : `${oneLine(host)}: ${reasons.join(', ')}`}`,
    ...(prompt ? [`  prompt       ${oneLine(prompt)}`] : []),
    ...(next.length > 0 ? [`  then         ${next.map(oneLine).join(', ')}`] : []),
    ...passed_over.map((one) => `  passed over  ${oneLine(one.host)}: ${one.reason}`),
  ];
  return `${lines.join('\n')}\n`;
}
