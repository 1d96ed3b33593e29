/** Of four hosts one is cut off, one is frozen and one is slow: each costs its own rows only, and comes back by itself. */
import { expect, test } from 'vitest';
import { openLabFleet } from '../support/lab/fleet.ts';
import { expectAsInJournals, raised, Watching } from '../support/lab/watching.ts';

const HOSTS = ['well', 'slow', 'cut', 'frozen'] as const;
const RINGS = "until [ -e ~/ring ]; do sleep 0.1; done; printf '\\a'; sleep 1000";

interface Listing {
  readonly sessions: readonly {
    readonly vm_name: string;
    readonly status: string;
    readonly stale_since: string | null;
    readonly attention: { readonly kind: string } | null;
  }[];
  readonly hosts: readonly { readonly name: string; readonly state: string }[];
}

/** A line for each host but this machine, in the order of the hosts. */
function summary({ sessions, hosts }: Listing): string[] {
  return HOSTS.map((name) => {
    const state = hosts.find((host) => host.name === name)?.state;
    const rows = sessions.filter(({ vm_name }) => vm_name === name);
    const told = rows.map(({ status, stale_since, attention }) =>
      [status, stale_since === null ? 'now' : 'as last known', attention?.kind ?? 'quiet'].join(', '),
    );
    return `${name} ${state}: ${told.join('; ')}`;
  });
}

test('a cut, a frozen and a slow host delay nobody, and come back', async () => {
  await using fleet = await openLabFleet(HOSTS);
  const { laptop } = fleet;
  const [slow, cut] = [fleet.host('slow'), fleet.host('cut')];
  for (const name of HOSTS) await fleet.start(name, `on-${name}`, RINGS);
  const before = await laptop.json<Listing>(['list']);
  expect(summary(before)).toEqual(HOSTS.map((name) => `${name} online: running, now, quiet`));
  const env = { BERTH_CONNECT_TIMEOUT: '3s' };
  const watch = new Watching(laptop.spawn(['watch', '--json', '--since', '1h'], { env }));
  const rang = () => raised(watch.told).map(({ host }) => host);
  await watch.tells('of four that run', (told) => {
    const runs = told.filter(({ host, status }) => host !== 'local' && status === 'running');
    return runs.length === HOSTS.length;
  });

  const dash = laptop.terminal(['dash'], { env, columns: 140, rows: 40 });
  await dash.waitForScreen(/on-well[\s\S]*on-slow|on-slow[\s\S]*on-well/);

  slow.latency({ ms: 200 });
  cut.cut();
  await fleet.signalAgent('frozen', 'STOP');
  for (const host of fleet.hosts) await host.run(['touch', '/home/dev/ring'], { user: 'dev', check: true });
  // Nobody knows yet that two are away: what the others say is told all the same.
  await watch.tells('that two ring', () => rang().length >= 2);
  expect(rang().sort()).toEqual(['slow', 'well']);

  const partly = await laptop.berth(['list', '--json']);
  expect(partly.code).toBe(0);
  expect(summary(JSON.parse(partly.stdout) as Listing)).toEqual([
    'well online: running, now, bell',
    'slow online: running, now, bell',
    'cut unreachable: running, as last known, quiet',
    'frozen unreachable: running, as last known, quiet',
  ]);
  await Promise.all([watch.says('cut', 'unreachable'), watch.says('frozen', 'unreachable')]);
  expect(watch.links.filter((link) => /^(well|slow)/.test(link))).toEqual([]);

  // The live view has both: who rings on the living, and who is away.
  const away = (name: string) => new RegExp(`✗ ${name} unreachable`);
  const rings = (name: string) => new RegExp(`bell +${name} +on-${name}`);
  for (const name of ['cut', 'frozen']) await dash.waitForScreen(away(name), { deadlineMs: 40_000 });
  for (const name of ['well', 'slow']) expect(dash.screen()).toMatch(rings(name));

  slow.latency(null);
  cut.mend();
  await fleet.signalAgent('frozen', 'CONT');
  await watch.tells('that all four ring', () => rang().length >= HOSTS.length);
  await Promise.all([watch.says('cut', 'connected'), watch.says('frozen', 'connected')]);
  const both = /✓ cut[\s\S]*✓ frozen/;
  await dash.waitForScreen(both, { deadlineMs: 40_000 });
  for (const name of HOSTS) await dash.waitForScreen(rings(name));
  await watch.end();
  expect(rang().sort()).toEqual([...HOSTS].sort());
  await expectAsInJournals(fleet, watch.told);
  const after = await laptop.json<Listing>(['list']);
  expect(summary(after)).toEqual(HOSTS.map((name) => `${name} online: running, now, bell`));
}, 120_000);
