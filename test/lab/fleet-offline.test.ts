/** What asked for a person while the laptop was away is told on its return: all of it, each once. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LabFleet, openLabFleet } from '../support/lab/fleet.ts';
import { expectAsInJournals, raised, type ToldEvent, Watching } from '../support/lab/watching.ts';

const HOSTS = ['vm1', 'vm2', 'vm3'] as const;
type HostName = (typeof HOSTS)[number];

/** Ways to ask for somebody, by what is told of each. */
const WAYS = {
  bell: "printf '\\a'; sleep 1000",
  input: "printf '\\033]9;Which branch?\\007'; sleep 1000",
  permission: `echo '{"status":"permission","message":"wants to deploy"}' >"$BERTH_STATUS_DIR/my.json"; sleep 1000`,
  done: 'echo all went well',
  error: 'echo no such file; exit 3',
} as const;
type Kind = keyof typeof WAYS;

const TEN: readonly (readonly [HostName, Kind])[] = [
  ['vm1', 'bell'],
  ['vm1', 'input'],
  ['vm1', 'permission'],
  ['vm1', 'done'],
  ['vm2', 'error'],
  ['vm2', 'bell'],
  ['vm2', 'permission'],
  ['vm3', 'input'],
  ['vm3', 'done'],
  ['vm3', 'error'],
];

let fleet: LabFleet;

beforeAll(async () => {
  fleet = await openLabFleet(HOSTS);
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

/** Ten sessions that ask for somebody in their ways as soon as their host has this file. */
async function tenThatWaitFor(file: string): Promise<string[]> {
  const start = ([host, kind]: (typeof TEN)[number]) =>
    fleet.start(host, `${file}-${kind}`, `until [ -e ~/${file} ]; do sleep 0.1; done; ${WAYS[kind]}`);
  // One after the other on each host; the client of a laptop of two cores is no crowd.
  const ofHost = async (name: HostName) => {
    const asks: string[] = [];
    for (const ten of TEN.filter(([host]) => host === name)) asks.push(await asked(ten, start(ten)));
    return asks;
  };
  return (await Promise.all(HOSTS.map(ofHost))).flat().sort();
}

async function asked([host, kind]: (typeof TEN)[number], id: Promise<string>): Promise<string> {
  return `${host} ${await id} ${kind}`;
}

function release(file: string): Promise<unknown> {
  const touch = ['touch', `/home/dev/${file}`];
  return Promise.all(fleet.hosts.map((host) => host.run(touch, { user: 'dev', check: true })));
}

/** All ten have asked, whoever knows of it; `before`: attentions that the hosts had already. */
async function untilAsked(before: readonly ToldEvent[]): Promise<void> {
  for (const name of HOSTS) {
    const more = TEN.filter(([host]) => host === name).length;
    await fleet.hasRaised(name, raised(before).filter(({ host }) => host === name).length + more);
  }
}

function watch(...flags: string[]): Watching {
  // Tries that hang while the cable is cut are over sooner, and so is the test.
  const env = { BERTH_CONNECT_TIMEOUT: '3s' };
  return new Watching(fleet.laptop.spawn(['watch', '--json', ...flags], { env }));
}

const running = (told: readonly ToldEvent[], ten: readonly string[]) =>
  ten.every((ask) => told.some(({ session_id, status }) => ask.includes(session_id) && status === 'running'));

const asks = (told: readonly ToldEvent[]) =>
  raised(told)
    .map(({ host, session_id, attention_kind }) => `${host} ${session_id} ${attention_kind}`)
    .sort();

test('ten attentions while no watch runs are told by the next one, and not by the one after it', async () => {
  const cursor = ['--cursor', 'night'];
  const evening = watch(...cursor, '--since', '1h');
  const ten = await tenThatWaitFor('night');
  await evening.tells('of ten that run', (told) => running(told, ten));
  await evening.end();

  await fleet.signalAgent('vm2', 'KILL');
  await release('night');
  await untilAsked([]);
  await fleet.restartAgent('vm3');

  const morning = watch(...cursor);
  await morning.tells('of ten that ask', (told) => raised(told).length >= ten.length);
  await morning.end();
  const noon = watch(...cursor);
  const late = await fleet.start('vm1', 'late', 'sleep 1000');
  await noon.tells('of the one that came late', (told) => running(told, [late]));
  await noon.end();

  expect(asks(evening.told)).toEqual([]);
  expect(asks(morning.told)).toEqual(ten);
  expect(asks(noon.told)).toEqual([]);
  await expectAsInJournals(fleet, [...evening.told, ...morning.told, ...noon.told]);
}, 120_000);

test('ten attentions while the cables to all hosts are cut are told by the watch that ran on', async () => {
  const day = watch('--since', '1h');
  const ten = await tenThatWaitFor('cut');
  await day.tells('of ten that run', (told) => running(told, ten));
  const before = day.told;
  await fleet.restartAgent('vm1');
  await day.says('vm1', 'connected');

  for (const host of fleet.hosts) host.cut();
  await Promise.all(HOSTS.map((name) => day.says(name, 'unreachable')));
  await fleet.signalAgent('vm2', 'KILL');
  await release('cut');
  await untilAsked(before);
  await fleet.restartAgent('vm3');
  expect(asks(day.told)).toEqual(asks(before));
  for (const host of fleet.hosts) host.mend();

  await day.tells('of ten that ask', (told) => raised(told).length >= raised(before).length + ten.length);
  const late = await fleet.start('vm2', 'later', 'sleep 1000');
  await day.tells('of the one that came late', (told) => running(told, [late]));
  await day.end();
  expect(asks(day.told)).toEqual([...asks(before), ...ten].sort());
  await expectAsInJournals(fleet, day.told);
  const lastOf = (name: string) => day.links.filter((link) => link.startsWith(name)).at(-1);
  expect(HOSTS.map(lastOf)).toEqual(HOSTS.map((name) => `${name} connected`));
}, 120_000);
