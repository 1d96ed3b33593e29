import { BerthError } from '@berth/shared/domain/berth-error';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import { GIB } from '@berth/shared/domain/memory';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimulatedHost, seededRandom } from '../../../../test/support/simulated-host.ts';
import type { Candidate, Constraints } from './obstacle.ts';
import { POLICIES } from './policy.ts';
import { rank } from './rank.ts';

const ANY: Constraints = { memoryBytes: 0, region: null, size: null, labels: {}, fresh: false, preset: '' };

interface About {
  capacity?: number;
  held?: number;
  heldSlots?: number;
  slot?: number;
  load?: number;
  over?: Partial<HostSnapshot>;
  config?: Partial<Candidate['host']>;
}

/** Amounts in GiB. */
function candidate(name: string, about: About = {}): Candidate & { snapshot: HostSnapshot } {
  const { capacity = 8, held = 0, slot = 2, load = 0, over = {}, config = {} } = about;
  const host = new SimulatedHost({ name, config });
  const { snapshot } = host;
  const ledger = {
    ...snapshot.ledger,
    capacityBytes: capacity * GIB,
    memoryTotalBytes: capacity * GIB,
    heldBytes: held * GIB,
    heldSlots: about.heldSlots ?? Math.ceil(held / slot),
    defaultSlotBytes: slot * GIB,
  };
  const loads = { ...snapshot.load, cpus: 1, loadAverage: load };
  return { host: host.config, snapshot: { ...snapshot, ledger, load: loads, ...over } };
}

const order = (candidates: readonly Candidate[], policy: 'pack' | 'spread', constraints = ANY) =>
  rank(constraints, candidates, { policy, random: seededRandom(1) }).ranked.map(({ host }) => host.name);

test('pack takes the fullest that has room, and opens the cheapest idle one', () => {
  const hosts = [
    candidate('dear', { config: { size: 'xl' } }),
    candidate('unknown'),
    candidate('half', { held: 4 }),
    candidate('full', { held: 8 }),
    candidate('nearly', { held: 6 }),
    candidate('cheap', { config: { size: 'xl', price: 0.1 } }),
  ];
  expect(order(hosts, 'pack')).toEqual(['nearly', 'half', 'cheap', 'dear', 'unknown']);
});

test('spread takes the emptiest by its share, then the least loaded', () => {
  const hosts = [
    candidate('half', { held: 4 }),
    candidate('large', { capacity: 32, held: 6 }),
    candidate('busy', { capacity: 32, held: 2, load: 3 }),
    candidate('calm', { capacity: 32, held: 2, load: 1 }),
  ];
  expect(order(hosts, 'spread')[0]).toMatch(/busy|calm/);
  expect(order(hosts, 'spread').slice(2)).toEqual(['large', 'half']);
  const drawn = Array.from(
    { length: 200 },
    (_, seed) => rank(ANY, hosts, { policy: 'spread', random: seededRandom(seed) }).ranked[0]?.host.name,
  );
  // Two are drawn of the two: both the busy one in a quarter of the cases.
  const busy = drawn.filter((name) => name === 'busy').length;
  expect(busy).toBeGreaterThan(25);
  expect(busy).toBeLessThan(75);
});

test('each host that is passed over is so for a reason of its own', () => {
  const queue = { sessions: 1, bytes: GIB, nextFreeAt: null };
  const preset = { name: 'claude', available: true } as HostSnapshot['presets'][number];
  const here = { region: 'eu', size: 'l', labels: { gpu: 'no', team: 'a' } };
  const good = { over: { presets: [preset] }, config: here };
  const constraints: Constraints = {
    ...ANY,
    region: 'eu',
    size: 'Standard_E16s_v5',
    labels: { gpu: 'no' },
    preset: 'claude',
  };
  const error = new BerthError('HOST_UNREACHABLE', 'cannot ask host dead: it did not answer');
  const old = new BerthError('VERSION_MISMATCH', 'the agent is too old');
  const candidates: Candidate[] = [
    candidate('good', good),
    candidate('draining', { ...good, over: { ...good.over, draining: true } }),
    { host: { ...candidate('dead').host, ...here }, error },
    { host: { ...candidate('ancient').host, ...here }, error: old },
    candidate('versions', { ...good, over: { ...good.over, version: '9.0.0' } }),
    candidate('disk', { ...good, over: { ...good.over, disk: { quotaBytes: GIB, usedBytes: GIB } } }),
    candidate('full', { ...good, held: 7 }),
    candidate('small', { ...good, capacity: 1 }),
    candidate('line', { ...good, over: { ...good.over, queue } }),
    candidate('tools', { ...good, over: { presets: [{ ...preset, available: false }] } }),
    candidate('far', { ...good, config: { ...here, region: 'us' } }),
    candidate('nowhere', { ...good, config: { size: 'l', labels: here.labels } }),
    candidate('large', { ...good, config: { ...here, size: 'xl' } }),
    candidate('other', { ...good, config: { ...here, size: 'r6i.4xlarge' } }),
    candidate('labels', { ...good, config: { ...here, labels: { gpu: 'yes' } } }),
    candidate('bare', { ...good, config: { ...here, labels: {} } }),
  ];
  const { ranked, passedOver } = rank(constraints, candidates, { policy: 'pack', random: () => 0 });
  expect(ranked.map(({ host }) => host.name)).toEqual(['good']);
  const told = Object.fromEntries(
    passedOver.map(({ host, obstacle }) => [host.name, [obstacle.kind, obstacle.words]]),
  );
  expect(told).toEqual({
    draining: ['draining', 'it is draining'],
    dead: ['unreachable', 'cannot ask host dead: it did not answer'],
    ancient: ['version', 'the agent is too old'],
    versions: ['version', expect.stringContaining('9.0.0')],
    disk: ['disk', 'its disk quota is used up: 1 GiB of 1 GiB'],
    full: ['full', 'it is full: 1 GiB of 8 GiB free'],
    small: ['too-small', 'it has 1 GiB for sessions in all'],
    line: ['line', '1 session in line there'],
    tools: ['preset', 'claude is not there'],
    far: ['unwanted', 'it is in us'],
    nowhere: ['unwanted', 'its region is not known'],
    large: ['unwanted', 'its size is xl'],
    other: ['unwanted', 'its size is r6i.4xlarge'],
    labels: ['unwanted', 'its label gpu is yes'],
    bare: ['unwanted', 'it has no label gpu'],
  });
});

test('a tier is what is told, or what the memory makes; a fresh host holds and awaits nothing', () => {
  const hosts = [
    candidate('told', { config: { size: 'm' } }),
    candidate('sold', { config: { size: 'r6i.2xlarge' } }),
    candidate('guessed', { capacity: 62 }),
    candidate('small', { capacity: 30 }),
  ];
  expect(order(hosts, 'spread', { ...ANY, size: 'm' }).sort()).toEqual(['guessed', 'sold', 'told']);
  const queue = { sessions: 1, bytes: GIB, nextFreeAt: null };
  const used = [candidate('used', { held: 1 }), candidate('idle'), candidate('awaited', { over: { queue } })];
  expect(order(used, 'pack', { ...ANY, fresh: true })).toEqual(['idle']);
});

const anyCandidate = fc.record({
  capacity: fc.integer({ min: 0, max: 64 }),
  share: fc.double({ min: 0, max: 1.1, noNaN: true }),
  slot: fc.integer({ min: 1, max: 16 }),
  load: fc.double({ min: 0, max: 8, noNaN: true }),
  region: fc.constantFrom('eu', 'us', undefined),
  size: fc.constantFrom('s', 'm', 'l', 'r6i.xlarge', undefined),
  gpu: fc.constantFrom('yes', 'no', undefined),
  draining: fc.boolean(),
  waiting: fc.nat({ max: 1 }),
});
const fleet = fc.array(anyCandidate, { maxLength: 40 }).map((abouts) =>
  abouts.map(({ capacity, share, slot, load, region, size, gpu, draining, waiting }, i) =>
    candidate(`h${i}`, {
      capacity,
      slot,
      load,
      held: Math.floor(capacity * share),
      config: {
        ...(region ? { region } : {}),
        ...(size ? { size } : {}),
        labels: gpu ? { gpu } : {},
      },
      over: { draining, queue: { sessions: waiting, bytes: 0, nextFreeAt: null } },
    }),
  ),
);
const request = fc.record({
  memoryBytes: fc.constantFrom(0, GIB, 5 * GIB),
  region: fc.constantFrom(null, 'eu'),
  size: fc.constantFrom(null, 's', 'r6i.xlarge'),
  labels: fc.constantFrom<Record<string, string>>({}, { gpu: 'no' }),
  fresh: fc.boolean(),
  preset: fc.constant(''),
});
const policy = fc.constantFrom(...POLICIES);

test('never over capacity, constraints held, every host told of once, the same for a seed', () => {
  fc.assert(
    fc.property(fleet, request, policy, fc.integer(), (hosts, constraints, by, seed) => {
      const decide = () => rank(constraints, hosts, { policy: by, random: seededRandom(seed) });
      const { ranked, passedOver } = decide();
      for (const { host, snapshot, slotBytes, share } of ranked) {
        expect(snapshot.ledger.heldBytes + slotBytes).toBeLessThanOrEqual(snapshot.ledger.capacityBytes);
        expect(share).toBeLessThanOrEqual(1);
        expect(snapshot.draining).toBe(false);
        expect(snapshot.queue.sessions).toBe(0);
        if (constraints.region) expect(host.region).toBe(constraints.region);
        if (constraints.labels.gpu) expect(host.labels.gpu).toBe(constraints.labels.gpu);
        if (constraints.fresh) expect(snapshot.ledger.heldSlots).toBe(0);
      }
      const named = [...ranked, ...passedOver].map(({ host }) => host.name);
      expect(named.sort()).toEqual(hosts.map(({ host }) => host.name).sort());
      expect(decide().ranked).toEqual(ranked);
    }),
  );
});

test('more free memory takes no host out, and under spread puts none further back', () => {
  fc.assert(
    fc.property(fleet, request, policy, fc.nat(), fc.integer(), (hosts, constraints, by, which, seed) => {
      const one = hosts[which % Math.max(1, hosts.length)];
      if (!one || one.snapshot.ledger.heldBytes < GIB) return;
      const ledger = { ...one.snapshot.ledger, heldBytes: one.snapshot.ledger.heldBytes - GIB };
      const freer = hosts.map((host) =>
        host === one ? { ...one, snapshot: { ...one.snapshot, ledger } } : host,
      );
      const names = (candidates: readonly Candidate[]) =>
        rank(constraints, candidates, { policy: by, random: seededRandom(seed) }).ranked.map(
          ({ host }) => host.name,
        );
      const [before, after] = [names(hosts), names(freer)];
      if (!before.includes(one.host.name)) return;
      expect(after).toContain(one.host.name);
      expect([...after].sort()).toEqual([...before].sort());
      // What is drawn comes first, before those it was better than.
      if (by === 'spread') {
        const drawn = 1;
        expect(after.indexOf(one.host.name)).toBeLessThanOrEqual(before.indexOf(one.host.name) + drawn);
      }
    }),
  );
});

test('of many hosts it is not always the first, so that many clients do not all go there', () => {
  const hosts = Array.from({ length: 32 }, (_, i) => candidate(`h${i}`, { held: 1 + (i % 7) }));
  const first = (seed: number) =>
    rank(ANY, hosts, { policy: 'pack', random: seededRandom(seed) }).ranked[0]?.host.name;
  const shares = Array.from({ length: 60 }, (_, seed) => Number(first(seed)?.slice(1)) % 7);
  expect(new Set(shares).size).toBeGreaterThan(1);
});
