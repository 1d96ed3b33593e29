/** A pool that is raced for: three hosts of four slots, forty clients at once, agents that go away meanwhile. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostEvent } from '@berth/shared/domain/event';
import { expect, it } from 'vitest';
import type { TestAgent } from '../support/agent.ts';
import { EventWatcher } from '../support/event-watcher.ts';
import { historyOf } from '../support/host-events.ts';
import type { Finished } from '../support/running.ts';
import { createSandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const NAMES = ['one', 'two', 'three'] as const;
const SLOTS = 4;
const CLIENTS = 40;
/** A client that cannot tell what became of its start says so; whoever reads that asks the same again. */
const ASKS = 3;
const HOLDING = new Set(['reserved', 'starting', 'running', 'suspended']);

interface Row {
  readonly session_id: string;
  readonly vm_name: string;
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  readonly queue_place: number | null;
  readonly queued_at: string | null;
  readonly started_at: string | null;
}

interface Host {
  readonly name: string;
  readonly agent: TestAgent;
  /** Sessions that came to it so far. */
  came(): number;
}

async function threeHosts() {
  const stack = new AsyncDisposableStack();
  const sandbox = stack.use(createSandbox());
  const hosts: Host[] = [];
  const sshds: { sshd: TestSshd }[] = [];
  for (const name of NAMES) {
    const flags = ['--memory-capacity', `${SLOTS * 32}M`, '--default-slot', '32M'];
    const agent = await sandbox.startAgent({ name, flags });
    const watcher = stack.use(new EventWatcher(async () => agent.socket));
    const came = () => new Set(watcher.seen.flatMap(({ session }) => session || [])).size;
    hosts.push({ name, agent, came });
    sshds.push({ sshd: stack.use(await TestSshd.start(sandbox, { name })) });
  }
  configureHosts(sandbox, sshds);
  return { sandbox, hosts, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

it('gives 40 racing clients 12 slots and 28 places in line, and runs each once through deaths of agents', async () => {
  await using fleet = await threeHosts();
  const { sandbox, hosts } = fleet;
  const [go, ran] = [join(sandbox.dir, 'go'), join(sandbox.dir, 'ran')];
  const env = { BERTH_FANOUT_TIMEOUT: '40s', BERTH_CALL_TIMEOUT: '40s' };
  const list = async () =>
    (await sandbox.json<{ sessions: Row[] }>(['list', '--remote', '--all'], { env, timeoutMs: 60_000 }))
      .sessions;
  // Masters are made once: the race is for the slots.
  expect(await list()).toEqual([]);

  const script = 'echo "$0" >>"$1"; until [ -e "$2" ]; do sleep 0.1; done';
  const startArgs = (i: number) => {
    const how = ['--queue', '--json', '--name', `w${i}`, '--request-id', `request-${i}`];
    return ['start', ...how, '--', 'bash', '-c', script, `w${i}`, ran, go];
  };
  const asked: string[] = [];
  const client = async (i: number): Promise<Finished> => {
    for (let asks = 1; ; asks++) {
      const finished = await sandbox.berth(startArgs(i), { env, timeoutMs: 120_000 });
      // Cut off, or not answered in time: as the hint says, the same start again starts nothing twice.
      if (![3, 124].includes(finished.code ?? 0) || asks === ASKS) return finished;
      asked.push(finished.stderr);
    }
  };
  const racing = Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
  racing.catch(() => {});
  const [one, two] = hosts as [Host, Host, Host];
  /** Slots that are free when a host goes away would be missed by who comes meanwhile. */
  const inTheMiddle = (host: Host, total: number) =>
    until(() => host.came() >= SLOTS && hosts.reduce((sum, { came }) => sum + came(), 0) >= total, {
      what: `${total} sessions are there, as many as fit and more on ${host.name}`,
      deadlineMs: 200_000,
    });
  await inTheMiddle(one, 16);
  await one.agent.restart();
  await inTheMiddle(two, 24);
  expect(await two.agent.stop()).toBe(0);
  await two.agent.restart();
  const finished = await racing;
  expect(finished.filter(({ code }) => code !== 0).map(({ stderr }) => stderr)).toEqual([]);
  const answers = finished.map(({ stdout }) => (JSON.parse(stdout) as { sessions: Row[] }).sessions);
  expect(answers.every(({ length }) => length === 1)).toBe(true);
  const ids = answers.flat().map(({ session_id }) => session_id);

  const during = await list();
  expect(during.map(({ session_id }) => session_id).sort()).toEqual(ids.toSorted());
  expect(during.filter(({ state }) => state === 'running')).toHaveLength(NAMES.length * SLOTS);
  for (const name of NAMES) {
    const rows = during.filter(({ vm_name, state }) => vm_name === name && state === 'queued');
    rows.sort((a, b) => (a.queued_at ?? '').localeCompare(b.queued_at ?? ''));
    expect(rows.map(({ queue_place }) => queue_place)).toEqual(rows.map((_, i) => i + 1));
    // Clients that all saw the same picture did not all go to one line.
    expect(rows).not.toEqual([]);
  }
  expect(during.filter(({ state }) => state === 'queued')).toHaveLength(CLIENTS - NAMES.length * SLOTS);
  // Whoever asks again is told of the same session, wherever it is.
  expect(await startedId(sandbox, startArgs(7), { env })).toBe(ids[7]);

  writeFileSync(go, '');
  const after = await until(
    async () => {
      const rows = await list();
      return rows.every(({ state }) => state === 'completed') ? rows : null;
    },
    { what: 'all have completed', deadlineMs: 200_000, everyMs: 300 },
  );
  expect(after.map(({ session_id }) => session_id).sort()).toEqual(ids.toSorted());
  const names = Array.from({ length: CLIENTS }, (_, i) => `w${i}`);
  expect(readFileSync(ran, 'utf8').trim().split('\n').sort()).toEqual(names.sort());
  let begun = 0;
  for (const { agent } of hosts) {
    const history = await historyOf(agent.socket);
    expect(mostHeld(history)).toBe(SLOTS);
    const [queued, admitted] = [first(history, 'queued'), first(history, 'starting')];
    expect(admitted.filter((id) => queued.includes(id))).toEqual(queued);
    begun += admitted.length;
  }
  expect(begun).toBe(CLIENTS);
}, 600_000);

/** Sessions in the order in which they came into a state; one that comes twice is there twice. */
function first(history: readonly HostEvent[], state: string): string[] {
  const states = new Map<string, string>();
  return history.flatMap(({ sessionId, fact }) => {
    if (fact.type !== 'sessionChanged') return [];
    const before = states.get(sessionId);
    states.set(sessionId, fact.session.state);
    return fact.session.state === state && before !== state ? [sessionId] : [];
  });
}

/** The most sessions that ever held a slot at once. */
function mostHeld(history: readonly HostEvent[]): number {
  const holding = new Set<string>();
  let most = 0;
  for (const { sessionId, fact } of history) {
    if (fact.type !== 'sessionChanged') continue;
    if (HOLDING.has(fact.session.state)) holding.add(sessionId);
    else holding.delete(sessionId);
    most = Math.max(most, holding.size);
  }
  return most;
}
