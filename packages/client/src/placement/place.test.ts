import { BerthError } from '@berth/shared/domain/berth-error';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type LinkFault,
  promptJob,
  SimulatedHost,
  seededRandom,
  simulatedPorts,
} from '../../../../test/support/simulated-host.ts';
import { nothingToBring, type Parcel } from '../workspace/parcel.ts';
import { type PlacementClient, startAtOnce } from './attempt.ts';
import type { Constraints } from './obstacle.ts';
import { UnclearStart } from './outcomes.ts';
import { Placement, type PlacementOptions, type Way } from './place.ts';

const ANY: Constraints = { memoryBytes: 0, region: null, size: null, labels: {}, fresh: false, preset: '' };
const NOTHING = nothingToBring({ kind: 'empty' });

function placementOn(
  hosts: readonly SimulatedHost[],
  over: Partial<PlacementOptions> & { ways?: Map<string, Way>; seed?: number } = {},
): Placement {
  const { ways, seed = 1, ...rest } = over;
  const ports = simulatedPorts(hosts, { random: seededRandom(seed), ...(ways ? { ways } : {}) });
  const signal = new AbortController().signal;
  const usual = { constraints: ANY, policy: 'pack', parcel: NOTHING, signal, progress: () => {} } as const;
  return new Placement({ hosts: hosts.map(({ config }) => config), ...usual, ...rest }, ports);
}

/** Like a push, it brings something else each time. */
function carrying(bring: (host: string) => Promise<void> = async () => {}): Parcel {
  let uploads = 0;
  return {
    summary: 'a repository',
    bring: async (client) => {
      await bring(client.name);
      return { kind: 'directory', path: `/upload-${++uploads}` };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

const hostsOf = (...slots: number[]) =>
  slots.map((count, i) => new SimulatedHost({ name: `h${i}`, slots: count }));
const reasonOf = async (work: Promise<unknown>) =>
  await work.then(
    () => null,
    (error: unknown) => (error instanceof BerthError ? error.reason : error),
  );

test('several prompts fill what there is, and the rest is told what is free where', async () => {
  const hosts = hostsOf(2, 1);
  const placement = placementOn(hosts);
  const jobs = ['a', 'b', 'c', 'd'].map((prompt) => promptJob(prompt));
  const results = await Promise.allSettled(jobs.map((job) => placement.start(job)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  const [failed] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  expect(failed).toMatchObject({ reason: 'NO_CAPACITY' });
  expect(failed.message).toContain('h0: it is full: 0 B of 2 GiB free; h1: it is full: 0 B of 1 GiB free');
  expect(hosts.map(({ heldBytes, capacityBytes }) => heldBytes === capacityBytes)).toEqual([true, true]);
  // The picture was right: nobody was asked in vain.
  expect(hosts.map(({ refusals }) => refusals)).toEqual([0, 0]);
});

test('a plan takes nothing from the start that comes after it', async () => {
  const hosts = hostsOf(2, 1);
  const placement = placementOn(hosts);
  const jobs = ['a', 'b', 'c'].map((prompt) => promptJob(prompt));
  const planned = await placement.plan(jobs);
  const placed = await Promise.all(jobs.map((job) => placement.start(job)));
  expect(placed.map(({ host }) => host.name)).toEqual(planned.map(({ ranked }) => ranked[0]?.host.name));
  expect(hosts.map((host) => host.stateCount('running'))).toEqual([2, 1]);
});

test('where no host is as it was wanted, those that were not asked are named, too', async () => {
  const hosts = hostsOf(1, 1);
  const [asked, other] = hosts as [SimulatedHost, SimulatedHost];
  const left = [{ host: other.config, obstacle: { kind: 'unwanted', words: 'its size is l' } }] as const;
  const constraints = { ...ANY, size: 'xl' };
  const placement = placementOn([asked], { constraints, left });
  const error = await placement.start(promptJob('a')).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ reason: 'HOST_NOT_FOUND' });
  expect((error as BerthError).message).toMatch(/h0: it has .* of memory; h1: its size is l$/);
});

test('a refusal is believed, and the next host taken', async () => {
  const hosts = hostsOf(1, 4);
  const [stale, other] = hosts as [SimulatedHost, SimulatedHost];
  const placement = placementOn(hosts);
  await placement.plan([]);
  stale.draining = true;
  other.draining = true;
  expect(await reasonOf(placement.start(promptJob('a')))).toBe('NO_CAPACITY');
  expect([stale.refusals, other.refusals]).toEqual([1, 1]);
  const again = placementOn(hosts);
  stale.draining = false;
  await again.plan([]);
  stale.draining = true;
  other.draining = false;
  expect((await placementOn(hosts).start(promptJob('b'))).host.name).toBe('h1');
});

test('all or nothing: one too many, and no slot is held', async () => {
  const hosts = hostsOf(2, 1);
  const jobs = ['a', 'b', 'c', 'd'].map((prompt) => promptJob(prompt));
  const refused = await placementOn(hosts)
    .startAll(jobs)
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({
    reason: 'NO_CAPACITY',
    hint: expect.stringMatching(
      /^leave out --all-or-nothing to wait in line with --queue, ask for less with/,
    ),
  });
  for (const host of hosts) {
    expect(host.heldBytes).toBe(0);
    expect(host.stateCount('running')).toBe(0);
  }
  const placed = await placementOn(hosts).startAll(
    jobs.slice(0, 3).map((job) => ({ ...job, requestId: `${job.requestId}!` })),
  );
  expect(placed.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  expect(hosts.map((host) => host.stateCount('running'))).toEqual([2, 1]);
});

test('what cannot be brought to one host is brought to the next, and the slot given back', async () => {
  const hosts = hostsOf(4, 4);
  const told: string[] = [];
  const parcel = carrying(async (host) => {
    told.push(host);
    if (told.length <= 2) throw new BerthError('HOST_UNREACHABLE', 'the link broke');
  });
  const { host } = await placementOn(hosts, { parcel }).start(promptJob('a'));
  // Once more to the same one first: its link may be back.
  expect(told[1]).toBe(told[0]);
  expect(new Set(told).size).toBe(2);
  expect(host.name).toBe(told[2]);
  expect(hosts.map(({ heldBytes }) => heldBytes).sort()).toEqual([
    0,
    hosts[0]?.snapshot.ledger.defaultSlotBytes,
  ]);
  const bad = carrying(() => Promise.reject(new BerthError('SECRETS_FOUND', 'a key')));
  expect(await reasonOf(placementOn(hosts, { parcel: bad }).start(promptJob('b')))).toBe('SECRETS_FOUND');
  expect(hosts.reduce((sum, each) => sum + each.stateCount('reserved'), 0)).toBe(0);
});

test('a host that goes away before it was asked to start has nothing of the session: the next one is asked', async () => {
  const hosts = hostsOf(4, 4);
  let gone: string | null = null;
  const asked: string[] = [];
  for (const host of hosts) {
    host.fault = (call) => {
      if (call === 'confirmSources') gone ??= host.config.name;
      if (call === 'start') asked.push(host.config.name);
      return gone === host.config.name ? 'before' : 'none';
    };
  }
  const { host, session } = await placementOn(hosts, { parcel: carrying() }).start(promptJob('a'));
  expect(session.state).toBe('running');
  expect(host.name).not.toBe(gone);
  expect(asked).toEqual([host.name]);
  // Where none other can take it, it is said for sure that nothing runs.
  const [only] = hostsOf(1) as [SimulatedHost];
  only.fault = (call) => (call === 'confirmSources' || call === 'release' ? 'before' : 'none');
  const failed = placementOn([only], { parcel: carrying() }).start(promptJob('b'));
  await expect(failed).rejects.toMatchObject({ reason: 'HOST_UNREACHABLE' });
  await expect(failed).rejects.not.toBeInstanceOf(UnclearStart);
});

test('a slot that lapses while the work is brought is taken anew', async () => {
  const hosts = hostsOf(1);
  let tries = 0;
  const parcel = carrying(async () => {
    if (++tries === 1) hosts[0]?.lapse();
  });
  const { session } = await placementOn(hosts, { parcel }).start(promptJob('a'));
  expect(session.state).toBe('running');
  expect(hosts[0]?.stateCount('running')).toBe(1);
});

test('broken off while the work is brought: nothing is started or held', async () => {
  const hosts = hostsOf(2, 2);
  const stop = new AbortController();
  const parcel = carrying(async () => {
    stop.abort();
    throw new BerthError('INTERRUPTED', 'stopped');
  });
  const placement = placementOn(hosts, { parcel, signal: stop.signal });
  const jobs = [promptJob('a'), promptJob('b')];
  for (const job of jobs) expect(await reasonOf(placement.start(job))).toBe('INTERRUPTED');
  for (const host of hosts) expect([host.heldBytes, host.stateCount('running')]).toEqual([0, 0]);
});

test('those that wait stand in the shortest line for the slots there are', async () => {
  const hosts = hostsOf(1, 3);
  const placement = placementOn(hosts);
  const jobs = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((prompt) => promptJob(prompt));
  for (const job of jobs.slice(0, 4)) await placement.start(job);
  const queued = [];
  for (const job of jobs.slice(4)) queued.push(await placement.queue(job));
  expect(queued.map(({ host, session }) => [host.name, session.queuePlace])).toEqual([
    ['h1', 1],
    ['h1', 2],
    ['h0', 1],
  ]);
});

test('what a refusal tells goes before what was known', async () => {
  const hosts = hostsOf(4, 4);
  const [one, other] = hosts as [SimulatedHost, SimulatedHost];
  const placement = placementOn(hosts);
  await placement.plan([]);
  // Others were faster: both are full, and behind one of them somebody waits.
  const late = placementOn(hosts);
  for (let i = 0; i < 8; i++) await late.start(promptJob(`early-${i}`));
  one.queued = 2;
  const error = await placement.start(promptJob('a')).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ reason: 'NO_CAPACITY' });
  expect((error as BerthError).message).toContain('h0: 2 sessions in line there');
  expect((error as BerthError).message).toContain('h1: it is full: 0 B of 4 GiB free');
  expect(await placement.lines()).toMatchObject([
    { host: other.config, place: 1 },
    { host: one.config, place: 3 },
  ]);
});

test('what is planned takes no room from what is started', async () => {
  const placement = placementOn(hostsOf(1));
  const [ranking] = await placement.plan([promptJob('a'), promptJob('b')]);
  expect(ranking?.ranked).toMatchObject([{ host: { name: 'h0' } }]);
  const other = placementOn(hostsOf(1, 0));
  await other.plan([promptJob('a')]);
  expect(await other.start(promptJob('a'))).toMatchObject({ host: { name: 'h0' } });
});

const FAULTS = fc.constantFrom<LinkFault>('none', 'none', 'none', 'before', 'after');

test('exactly one session or none, and no slot left, whatever breaks; asked again it is that session', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ slots: fc.integer({ min: 0, max: 3 }), faults: fc.array(FAULTS, { maxLength: 12 }) }),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      fc.integer({ min: 1, max: 5 }),
      fc.record({
        carried: fc.boolean(),
        all: fc.boolean(),
        queue: fc.boolean(),
        brings: fc.array(FAULTS, { maxLength: 6 }),
      }),
      fc.integer(),
      async (about, prompts, { carried, all, queue, brings }, seed) => {
        const hosts = about.map(({ slots, faults }, i) => {
          const left = [...faults];
          return new SimulatedHost({ name: `h${i}`, slots, fault: () => left.shift() ?? 'none' });
        });
        const broken = [...brings];
        const parcel = carried
          ? carrying(async (host) => {
              const fault = broken.shift() ?? 'none';
              if (fault === 'before') throw new BerthError('HOST_UNREACHABLE', `${host} is gone`);
              if (fault === 'after') for (const each of hosts) if (each.config.name === host) each.lapse();
            })
          : NOTHING;
        const jobs = Array.from({ length: prompts }, (_, i) => promptJob(`p${i}`));
        const ways = new Map<string, Way>();
        const run = async () => {
          const placement = placementOn(hosts, { parcel, ways, seed });
          if (all) {
            const failed = (reason: unknown) => jobs.map(() => ({ status: 'rejected' as const, reason }));
            return await placement.startAll(jobs).catch(failed);
          }
          return await Promise.allSettled(
            jobs.map((job) =>
              placement.start(job).catch((error: unknown) => {
                const full = error instanceof BerthError && /NO_CAPACITY|SLOT_EXHAUSTED/.test(error.reason);
                if (queue && full) return placement.queue(job);
                throw error;
              }),
            ),
          );
        };
        const started = (prompt: string) => hosts.flatMap((host) => host.startedWith(prompt));
        const check = (results: readonly PromiseSettledResult<unknown>[], clear: boolean) => {
          for (const [i, result] of results.entries()) {
            const there = started(`p${i}`).length;
            if (result.status === 'fulfilled') expect(there).toBe(1);
            else if (!clear && result.reason instanceof UnclearStart) expect(there).toBeLessThanOrEqual(1);
            else {
              expect(result.reason).toBeInstanceOf(BerthError);
              expect(there).toBe(0);
            }
          }
          for (const host of hosts) expect(host.peakBytes).toBeLessThanOrEqual(host.capacityBytes);
        };
        check(await run(), false);
        for (const host of hosts) {
          // What was not given back, since the link was gone, lapses.
          host.lapse();
          const bytes = host.snapshot.ledger.defaultSlotBytes;
          expect(host.heldBytes).toBe(host.stateCount('running') * bytes);
          host.fault = () => 'none';
        }
        broken.length = 0;
        const once = new Set(jobs.flatMap((_, i) => (started(`p${i}`).length === 1 ? [i] : [])));
        const again = await run();
        check(again, true);
        for (const i of once) expect(again[i]?.status).toBe('fulfilled');
      },
    ),
    { numRuns: 300 },
  );
});

test('a request that surely went nowhere is not kept', async () => {
  const ways = new Map<string, Way>();
  const hosts = hostsOf(1, 1);
  for (const host of hosts) host.draining = true;
  await placementOn(hosts, { ways })
    .start(promptJob('a'))
    .catch(() => {});
  const [only] = hosts;
  if (only)
    await placementOn([only], { ways })
      .start(promptJob('a'))
      .catch(() => {});
  expect([...ways]).toEqual([]);
});

test('a request that may have been granted on a host that is silent now goes to no other', async () => {
  const ways = new Map<string, Way>([['again', { host: 'h0', how: 'direct', source: { kind: 'empty' } }]]);
  const hosts = hostsOf(1, 1);
  const [silent, other] = hosts as [SimulatedHost, SimulatedHost];
  silent.fault = () => 'before';
  const job = { ...promptJob('a'), requestId: 'again' };
  expect(await reasonOf(placementOn(hosts, { ways }).start(job))).toBe('HOST_UNREACHABLE');
  expect(other.sessions.size).toBe(0);
  expect(ways.get('again')?.host).toBe('h0');
});

test('work is brought to a host one after the other', async () => {
  let [now, most] = [0, 0];
  const parcel = carrying(async () => {
    now += 1;
    most = Math.max(most, now);
    for (let i = 0; i < 10; i++) await Promise.resolve();
    now -= 1;
  });
  const placement = placementOn(hostsOf(3), { parcel });
  await Promise.all(['a', 'b', 'c'].map((prompt) => placement.start(promptJob(prompt))));
  expect(most).toBe(1);
});

test('a start whose link broke is sent once more; one that took all its time is not', async () => {
  for (const [reason, times] of [
    ['HOST_UNREACHABLE', 2],
    ['DEADLINE', 1],
  ] as const) {
    let sent = 0;
    const client = {
      name: 'h',
      start: async () => {
        sent += 1;
        throw new BerthError(reason, 'no answer');
      },
    } as unknown as PlacementClient;
    const started = startAtOnce(client, promptJob('a'), { source: { kind: 'empty' }, queue: false });
    await expect(started).rejects.toBeInstanceOf(UnclearStart);
    expect(sent).toBe(times);
  }
});
