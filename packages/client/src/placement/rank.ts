/**
 * Where a session should go: the hosts that can take it, best first, and for each other host why not.
 * Pure. It proposes only: the agent of a host alone grants its slots.
 */
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import type { HostConfig } from '../config/remotes.ts';
import { type Candidate, type Constraints, type Obstacle, obstacleOf } from './obstacle.ts';
import type { Policy } from './policy.ts';
import { priceOf } from './tiers.ts';

/** A host that can take the session. */
export interface Fit {
  readonly host: HostConfig;
  readonly snapshot: HostSnapshot;
  readonly slotBytes: number;
  /** Of this size, at least 1. */
  readonly freeSlots: number;
  /** Of its capacity, once the session is there: in (0, 1]. */
  readonly share: number;
  /** It holds sessions already. */
  readonly inUse: boolean;
  /** US dollars an hour; null: unknown. */
  readonly price: number | null;
  /** Load average for each CPU; 0 where unknown. */
  readonly load: number;
}

export interface PassedOver {
  readonly host: HostConfig;
  readonly obstacle: Obstacle;
}

export interface Ranking {
  readonly ranked: readonly Fit[];
  readonly passedOver: readonly PassedOver[];
}

export interface RankOptions {
  readonly policy: Policy;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * Many clients that see the same must not all go to one host: of each 16 hosts that fit, 8 slots are
 * among those that are drawn from. With fewer hosts the first is taken, or one that is as good.
 */
const HOSTS_A_DRAW = 16;
const SLOTS_A_DRAW = 8;

export function rank(
  request: Constraints,
  candidates: readonly Candidate[],
  { policy, random }: RankOptions,
): Ranking {
  const fits: Fit[] = [];
  const passedOver: PassedOver[] = [];
  for (const candidate of candidates) {
    const { host, snapshot } = candidate;
    const obstacle = obstacleOf(request, candidate);
    if (obstacle) passedOver.push({ host, obstacle });
    else if (snapshot) fits.push(fitOf(request, host, snapshot));
  }
  const compare = policy === 'pack' ? byPack : bySpread;
  fits.sort(compare);
  return { ranked: drawn(fits, { policy, random }), passedOver };
}

/**
 * The better of two that are drawn comes first, the others stay in order. Drawn from are the slots of
 * those as good as the first, and of many hosts those of the next ones, too.
 */
function drawn(fits: readonly Fit[], { policy, random }: RankOptions): readonly Fit[] {
  const [first] = fits;
  if (!first) return fits;
  const wanted = Math.floor(fits.length / HOSTS_A_DRAW) * SLOTS_A_DRAW;
  const asGood = (fit: Fit) =>
    fit.share === first.share && (policy === 'spread' || costsMore(fit, first) === 0);
  let slots = 0;
  const among = fits.findIndex((fit) => {
    if (slots >= wanted && !asGood(fit)) return true;
    slots += fit.freeSlots;
    return false;
  });
  if (among === 1) return fits;
  const draw = () => {
    let left = Math.floor(random() * slots);
    return (
      fits.find((fit) => {
        left -= fit.freeSlots;
        return left < 0;
      }) ?? first
    );
  };
  const [one, other] = [draw(), draw()];
  const best = (other.share - one.share || other.load - one.load) < 0 ? other : one;
  return [best, ...fits.filter((fit) => fit !== best)];
}

/** A host in use costs nothing more; of the idle ones the cheapest, and those of unknown price last. */
function costsMore(a: Fit, b: Fit): number {
  if (a.inUse !== b.inUse) return a.inUse ? -1 : 1;
  if (a.inUse || a.price === b.price) return 0;
  return (a.price ?? Number.POSITIVE_INFINITY) - (b.price ?? Number.POSITIVE_INFINITY);
}

function byPack(a: Fit, b: Fit): number {
  return costsMore(a, b) || b.share - a.share || a.load - b.load || byName(a, b);
}

function bySpread(a: Fit, b: Fit): number {
  return a.share - b.share || a.load - b.load || byName(a, b);
}

function byName(a: Fit, b: Fit): number {
  return a.host.name < b.host.name ? -1 : 1;
}

function fitOf({ memoryBytes }: Constraints, host: HostConfig, snapshot: HostSnapshot): Fit {
  const { capacityBytes, heldBytes, heldSlots, defaultSlotBytes } = snapshot.ledger;
  const slotBytes = memoryBytes || defaultSlotBytes;
  const { cpus, loadAverage } = snapshot.load;
  return {
    host,
    snapshot,
    slotBytes,
    freeSlots: Math.floor((capacityBytes - heldBytes) / slotBytes),
    share: (heldBytes + slotBytes) / capacityBytes,
    inUse: heldSlots > 0,
    price: priceOf(host),
    load: cpus > 0 ? loadAverage / cpus : 0,
  };
}
