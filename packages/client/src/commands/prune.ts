/** `berth prune`: remove what ended long ago, after showing ages and sizes. */
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { formatAge } from '@berth/shared/domain/duration';
import { formatMemory } from '@berth/shared/domain/memory';
import { statusOf } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { DiskUse } from '@berth/shared/domain/workspace-source';
import type { Context } from '../context.ts';
import { chooseHosts, takeInventory } from '../fleet/inventory.ts';
import { endOf, type PruneRule, prunable, worthKeeping } from '../fleet/prunable.ts';
import { type Place, placesOf } from '../fleet/resolve.ts';
import { counted } from '../render/counted.ts';
import { worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { confirm } from '../render/picker.ts';
import { withProgress } from '../render/progress.ts';
import { table } from '../render/table.ts';
import { defineCommand } from './command.ts';
import { diskBytes } from './disk-text.ts';
import { eachTarget, namedJson } from './each-target.ts';
import { forgetPulls, REMOVE_MS, removeSession } from './rm.ts';
import { reachCode, warnUnreachable } from './target.ts';
import { span, statuses, wholeNumber } from './values.ts';

/** A session that the rule takes in. */
interface Candidate {
  readonly place: Place;
  /** Null where the host could not tell. */
  readonly use: DiskUse | null;
  /** Why it is kept; null: it goes. */
  readonly kept: string | null;
}

const LOOKS_AT_ONCE = 8;

export const prune = defineCommand({
  usage: '',
  describe: 'Remove sessions that ended long ago, with their workspaces. Shows ages and sizes, and asks.',
  example: 'berth prune --older-than 30d --dry-run',
  flags: {
    'older-than': { type: 'string', value: 'TIME', describe: 'ended at least so long ago (7d)' },
    status: { type: 'list', value: 'S[,S]', describe: 'only completed, failed, killed or lost ones' },
    host: { type: 'list', value: 'HOST', describe: 'only on this host' },
    keep: { type: 'string', value: 'N', describe: 'keep the newest N of those that ended' },
    all: { type: 'boolean', describe: 'also those that ask for somebody, or hold work found nowhere else' },
    'dry-run': { type: 'boolean', describe: 'only show what would go' },
    yes: { type: 'boolean', short: 'y', describe: 'do not ask' },
  },
  most: 0,
  async run({ flags }, context) {
    const older = flags['older-than'];
    const rule: PruneRule = {
      olderThanMs: older === undefined ? context.settings.pruneOlderThanMs : span('--older-than', older),
      statuses: endedStatuses(flags.status),
      keep: flags.keep === undefined ? 0 : wholeNumber('--keep', flags.keep),
    };
    const { console } = context;
    const answers = await takeInventory(context, await chooseHosts(context, flags.host));
    warnUnreachable(context, answers);
    const now = Date.now();
    const places = prunable(placesOf(answers), rule, now);
    const found = await withProgress(console, 'measuring', () => examine(places, flags.all, context));
    const going = found.filter(({ kept }) => kept === null);
    const reach = reachCode(answers);
    if (!console.json) console.out(listed(found, now, console.columns));
    if (flags['dry-run'] || going.length === 0) {
      if (console.json) console.out(`${toJson(report(found, { dryRun: flags['dry-run'], now }))}\n`);
      return reach;
    }
    if (!flags.yes && !(await agreed(going, context))) return 1;
    const { done, code } = await withProgress(console, 'removing', () =>
      eachTarget(
        going.map(({ place }) => place),
        {
          command: 'prune',
          context,
          work: async (place, client) => ({ place, use: await removeSession(place, client), kept: null }),
        },
      ),
    );
    await forgetPulls(
      done.map(({ place }) => place.session.id),
      context,
    );
    const kept = found.filter((candidate) => candidate.kept !== null);
    if (console.json) {
      console.out(`${toJson(report([...done, ...kept], { dryRun: false, now }))}\n`);
    } else {
      console.out(`removed ${counted(done.length, 'session')}, freed ${formatMemory(total(done))}\n`);
    }
    return worst([reach, code]);
  },
});

function endedStatuses(texts: readonly string[]): string[] {
  const wanted = statuses('--status', texts);
  const living = wanted.find((status) => ['pending', 'running', 'suspended'].includes(status));
  if (living === undefined) return wanted;
  throw new BerthError('USAGE', `--status cannot be ${living}: only ended sessions are removed`, {
    hint: `end them first: berth kill --all --status ${living}`,
  });
}

/** What each takes, and whether it is worth keeping; a few at once. What cannot be told is said. */
async function examine(places: readonly Place[], all: boolean, context: Context): Promise<Candidate[]> {
  const uses = await measured(places, context);
  const found: Candidate[] = new Array(places.length);
  const turns = places.entries();
  const work = async () => {
    for (const [i, place] of turns) {
      const kept = all ? null : await reasonToKeep(place, context);
      found[i] = { place, use: uses.get(place.session.id) ?? null, kept };
    }
  };
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, work));
  return found;
}

async function reasonToKeep(place: Place, context: Context): Promise<string | null> {
  try {
    const { details } = await (await context.connect(place.host)).getDetails(place.session.id);
    return worthKeeping(place, details.git);
  } catch (error) {
    return `nobody can tell what is in it: ${messageOf(error)}`;
  }
}

/** By session id; a host that cannot tell leaves its own out. */
async function measured(places: readonly Place[], context: Context): Promise<ReadonlyMap<string, DiskUse>> {
  const hosts = [...new Set(places.map(({ host }) => host))];
  const reports = await Promise.all(
    hosts.map(async (host) => {
      const ids = places.filter((place) => place.host === host).map(({ session }) => session.id);
      try {
        const client = await context.connect(host);
        return [...(await client.measureDisk(ids, { deadlineMs: REMOVE_MS })).sessions];
      } catch (error) {
        context.console.err(
          `berth: cannot measure sessions on host ${host.name}: ${oneLine(messageOf(error))}\n`,
        );
        return [];
      }
    }),
  );
  return new Map(reports.flat());
}

async function agreed(going: readonly Candidate[], { console }: Context): Promise<boolean> {
  const what = counted(going.length, 'session');
  if (!console.canAsk || console.json) {
    throw new BerthError('USAGE', `cannot remove ${what} without asking`, {
      hint: 'add --yes, or look first: --dry-run',
    });
  }
  return await confirm(console, `remove ${what} for good (${formatMemory(total(going))})?`);
}

function total(candidates: readonly Pick<Candidate, 'use'>[]): number {
  return candidates.reduce((sum, { use }) => sum + (use ? diskBytes(use) : 0), 0);
}

function listed(found: readonly Candidate[], now: number, columns: number | null): string {
  if (found.length === 0) return 'there is nothing to remove\n';
  const titles = ['SESSION', 'VM', 'STATUS', 'ENDED', 'SIZE', 'NAME', 'KEPT'];
  const rows = found.map(({ place, use, kept }) => [
    place.session.id,
    place.host.name,
    statusOf(place.session.state),
    formatAge(now - endOf(place)),
    use ? formatMemory(diskBytes(use)) : '?',
    oneLine(place.session.name) || '-',
    oneLine(kept ?? ''),
  ]);
  const shape = titles.map((title) => ({ title, flexible: title === 'KEPT' }));
  const kept = found.filter((candidate) => candidate.kept !== null);
  const going = found.length - kept.length;
  const sum = `${counted(going, 'session')} to remove: ${formatMemory(total(found) - total(kept))}`;
  const rest = kept.length > 0 ? `; ${kept.length} kept, which --all or berth rm SESSION removes, too` : '';
  return `${table(shape, rows, { columns })}${sum}${rest}\n`;
}

function report(found: readonly Candidate[], { dryRun, now }: { dryRun: boolean; now: number }) {
  const row = ({ place, use }: Candidate) => ({
    ...namedJson(place),
    status: statusOf(place.session.state),
    ended_at: new Date(endOf(place)).toISOString(),
    age_minutes: Math.floor((now - endOf(place)) / 60_000),
    bytes: use ? diskBytes(use) : null,
  });
  const going = found.filter(({ kept }) => kept === null);
  return {
    dry_run: dryRun,
    sessions: going.map(row),
    bytes: total(going),
    kept: found.flatMap((one) => (one.kept === null ? [] : [{ ...row(one), why: one.kept }])),
  };
}
