/** Placing sessions on simulated hosts: how long one decision takes, and what many racing clients do. */
import { startAtOnce } from '../../packages/client/src/placement/attempt.ts';
import type { Candidate, Constraints } from '../../packages/client/src/placement/obstacle.ts';
import { goesElsewhere } from '../../packages/client/src/placement/outcomes.ts';
import { Picture } from '../../packages/client/src/placement/picture.ts';
import { POLICIES, type Policy } from '../../packages/client/src/placement/policy.ts';
import { rank } from '../../packages/client/src/placement/rank.ts';
import { promptJob, SimulatedHost, seededRandom } from '../support/simulated-host.ts';
import { type Bench, byTurns, ms } from './measure.ts';

const HOSTS = 1000;
const SESSIONS = 10_000;
const CLIENTS = 64;
/** A tenth more in all than what is placed. */
const SLOTS_OF_HOSTS = [4, 8, 12, 20];
const LONGEST_MS = 10;
const MOST_REFUSALS = 0.2;
const ROUNDS = 200;

const ANY: Constraints = { memoryBytes: 0, region: null, size: null, labels: {}, fresh: false, preset: '' };

export async function placement(bench: Bench): Promise<void> {
  const held = makeHosts();
  // Some empty, some full, most between.
  for (const [i, host] of held.entries()) await fill(host, i % 13);
  const candidates = held.map((host) => ({ host: host.config, snapshot: host.snapshot }));
  const random = seededRandom(1);
  const decide = (policy: Policy) => async () => {
    const began = performance.now();
    const { ranked } = rank(ANY, candidates, { policy, random });
    const took = performance.now() - began;
    if (ranked.length === 0) throw new Error('no host was found');
    return took;
  };
  const [pack, spread] = await byTurns(bench, ROUNDS, [decide('pack'), decide('spread')]);
  const worst = Math.max(pack.median, spread.median);
  bench.report({
    what: `placing 1 session on ${HOSTS} simulated hosts: one decision, with reasons for all (\`pack\`)`,
    figure: `${ms(pack)}, p99 ${pack.p99.toFixed(1)} ms`,
    peer: `\`spread\`: ${ms(spread)}`,
    ratio: '',
    bound: `at most ${LONGEST_MS} ms`,
    holds: worst <= LONGEST_MS,
  });
  for (const policy of POLICIES) await race(bench, policy);
}

/** Each client sees the hosts as they were when all others saw them, too, and each then decides once. */
async function race(bench: Bench, policy: Policy): Promise<void> {
  const hosts = makeHosts();
  const random = seededRandom(2);
  const byName = new Map(hosts.map((host) => [host.config.name, host]));
  let placed = 0;
  let decisions = 0;
  let deciding = 0;
  let next = 0;
  const placeOne = async (view: readonly Candidate[]) => {
    const picture = new Picture(view);
    const job = promptJob(`${next++}`);
    for (;;) {
      const began = performance.now();
      const [best] = rank(ANY, picture.candidates, { policy, random }).ranked;
      deciding += performance.now() - began;
      decisions++;
      if (!best) throw new Error('no host has room, though there is some');
      const host = byName.get(best.host.name);
      if (!host) throw new Error('a host that is none was chosen');
      try {
        await startAtOnce(host.connect(), job, { source: { kind: 'empty' }, queue: false });
        placed++;
        return;
      } catch (error) {
        if (!goesElsewhere(error)) throw error;
        picture.refused(best.host.name, error);
      }
    }
  };
  while (placed < SESSIONS) {
    bench.signal.throwIfAborted();
    const view = hosts.map((host) => ({ host: host.config, snapshot: host.snapshot }));
    const racing = Math.min(CLIENTS, SESSIONS - placed);
    await Promise.all(Array.from({ length: racing }, () => placeOne(view)));
  }
  const refusals = hosts.reduce((sum, host) => sum + host.refusals, 0) / SESSIONS;
  const over = hosts.filter((host) => host.peakBytes > host.capacityBytes).length;
  const used = hosts.filter((host) => host.heldBytes > 0).length;
  bench.report({
    what: `${SESSIONS} sessions on ${HOSTS} simulated hosts, ${CLIENTS} clients that race on views as old as each other's start (\`${policy}\`)`,
    figure: `${Math.round((1000 * decisions) / deciding)} decisions a second; ${used} hosts in use`,
    peer: `${hosts.reduce((sum, host) => sum + host.capacityBytes / host.snapshot.ledger.defaultSlotBytes, 0)} slots`,
    ratio: `${refusals.toFixed(3)} refusals a grant, ${over} hosts oversubscribed`,
    bound: `at most ${MOST_REFUSALS} refusals a grant, none oversubscribed`,
    holds: refusals <= MOST_REFUSALS && over === 0,
  });
}

function makeHosts(): SimulatedHost[] {
  return Array.from(
    { length: HOSTS },
    (_, i) =>
      new SimulatedHost({
        name: `host${String(i).padStart(4, '0')}`,
        slots: SLOTS_OF_HOSTS[i % SLOTS_OF_HOSTS.length] ?? 4,
        config: { size: (['s', 'm', 'l', 'xl'] as const)[i % 4] ?? 'l' },
      }),
  );
}

async function fill(host: SimulatedHost, sessions: number): Promise<void> {
  const client = host.connect();
  for (let i = 0; i < sessions; i++) {
    const job = promptJob(`${host.config.name}-${i}`);
    await startAtOnce(client, job, { source: { kind: 'empty' }, queue: false }).catch(() => {});
  }
}
