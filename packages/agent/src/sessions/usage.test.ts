import { expect, it } from 'vitest';
import type { Active } from '../domain/session.ts';
import type { UnitUsage } from './ports.ts';
import { UsageMeter } from './usage.ts';

const session = { id: 's', state: 'running', memoryBytes: 100 } as Active;

function meter(looks: (UnitUsage | Error)[]) {
  let now = 0;
  const kills: number[] = [];
  const pressure: string[] = [];
  const made = new UsageMeter({
    units: {
      usageIsDear: false,
      usage: async () => {
        const look = looks.shift();
        if (look instanceof Error) throw look;
        return look ?? null;
      },
    },
    active: () => [session],
    paths: () => ({}) as never,
    now: () => now,
    clock: () => now,
    onOomKill: (_session, count) => kills.push(count),
    onPressure: (_session, { high, usedBytes, slotBytes }) =>
      pressure.push(`${high ? 'high' : 'low'} ${usedBytes} of ${slotBytes}`),
  });
  return { meter: made, kills, pressure, pass: (ms: number) => (now += ms) };
}

const seen = (over: Partial<UnitUsage>): UnitUsage => ({
  memoryBytes: 10,
  peakBytes: null,
  cpuMs: 0,
  oomKills: 0,
  limitBytes: null,
  ...over,
});

it('tells CPU as a share of the time between two looks, and the highest memory as the peak', async () => {
  const { meter: it, pass } = meter([seen({ memoryBytes: 50 }), seen({ memoryBytes: 20, cpuMs: 1500 })]);
  using _it = it;
  await it.look();
  expect(it.of('s')).toMatchObject({ memoryBytes: 50, cpuPercent: 0 });
  pass(1000);
  await it.look();
  expect(it.of('s')).toMatchObject({ memoryBytes: 20, peakBytes: 50, cpuPercent: 150 });
  expect(it.memoryBytes).toBe(20);
});

it('keeps what it saw where a look fails, and tells each kill once', async () => {
  const looks = [seen({ oomKills: 1 }), seen({ oomKills: 2 }), new Error('gone'), seen({ oomKills: 4 })];
  const { meter: it, kills } = meter(looks);
  using _it = it;
  for (let look = 0; look < 4; look++) await it.look();
  // The first was there before anybody looked.
  expect(kills).toEqual([1, 2]);
});

it('tells kills that came before the first look at a session that began here', async () => {
  const { meter: it, kills } = meter([seen({ oomKills: 1 }), seen({ oomKills: 1 })]);
  using _it = it;
  it.begun(session);
  await Promise.resolve();
  await it.look();
  expect(kills).toEqual([1]);
});

it('tells once when a session comes near the end of its slot, and when it got away', async () => {
  const looks = [50, 92, 95, 80, 70, 60].map((memoryBytes) => seen({ memoryBytes }));
  const { meter: it, pressure } = meter(looks);
  using _it = it;
  for (let look = 0; look < 6; look++) await it.look();
  expect(pressure).toEqual(['high 92 of 100', 'low 70 of 100']);
});

it('counts what an editor beside it leaves of its slot', async () => {
  const looks = [null, 75, 75, null].map((limitBytes) => seen({ memoryBytes: 70, limitBytes }));
  const { meter: it, pressure } = meter(looks);
  using _it = it;
  for (let look = 0; look < 4; look++) await it.look();
  expect(pressure).toEqual(['high 70 of 75', 'low 70 of 100']);
});
