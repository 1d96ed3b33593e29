/**
 * Promises 1, 2, 3 and 5 where the power goes at any moment. What the host had handed to its kernel
 * when the lab cuts its power is kept, synced or not, as with a battery behind the disk: these tests
 * show that the agent answers and tells only what it has written, not that it was synced.
 */
import { expect, it } from 'vitest';
import { holdings } from '../support/lab/agent-calls.ts';
import { allEvents, EventWatcher } from '../support/lab/event-watcher.ts';
import { openSite, type Site } from '../support/lab/site.ts';
import { until, within } from '../support/until.ts';

const CUTS = 5;
const CLIENTS = 3;

/** Clients that start one session after the other, until they are stopped. */
class Starters implements AsyncDisposable {
  /** Session by request id: those that a client was told of. */
  readonly acknowledged = new Map<string, string>();
  readonly unanswered = new Set<string>();
  readonly #site: Site;
  readonly #stop = new AbortController();
  readonly #clients: readonly Promise<void>[];

  constructor(site: Site, name: string) {
    this.#site = site;
    this.#clients = Array.from({ length: CLIENTS }, (_, index) => this.#work(`${name}-${index}`));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    const ended = await within(Promise.all(this.#clients), 60_000);
    if (!ended) throw new Error('killed clients, or what they started, still hold their output');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #work(name: string): Promise<void> {
    for (let count = 0; !this.#stop.signal.aborted; count++) {
      const request = `${name}-${count}`;
      this.unanswered.add(request);
      await using starting = this.#site.sandbox.spawnBerth(startArgs(request));
      const kill = () => starting.kill('SIGKILL');
      this.#stop.signal.addEventListener('abort', kill, { once: true });
      const { code, stdout } = await starting.finished;
      this.#stop.signal.removeEventListener('abort', kill);
      // Some end at once, so that there are events of all kinds; nobody is told of a start that broke.
      if (code !== 0) continue;
      this.acknowledged.set(request, idIn(stdout));
      this.unanswered.delete(request);
    }
  }
}

function startArgs(request: string): string[] {
  const argv = request.endsWith('1') ? ['true'] : ['sleep', '1000'];
  return ['start', '--host', 'vm1', '--json', '-m', '32M', '--request-id', request, '--', ...argv];
}

function idIn(stdout: string): string {
  const { sessions } = JSON.parse(stdout) as { sessions: { session_id: string }[] };
  return sessions[0]?.session_id ?? '';
}

it(`keeps its word over ${CUTS} power cuts`, async () => {
  await using site = await openSite();
  const { vm, sandbox } = site;
  await using watcher = new EventWatcher(() => site.tunnel());
  const acknowledged = new Map<string, string>();
  let unanswered = 0;
  for (let round = 1; round <= CUTS; round++) {
    await using starters = new Starters(site, `cut${round}`);
    const busy = () => starters.acknowledged.size >= CLIENTS;
    await until(busy, { what: 'sessions are being started', deadlineMs: 60_000 });
    // The cut is to come at any moment of what goes on.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_000));
    await vm.powerCut();
    await starters.stop();
    const seenBefore = watcher.seen.length;
    await vm.boot();
    await site.nextAgent(0);
    const socket = await site.tunnel();

    for (const [request, id] of starters.acknowledged) acknowledged.set(request, id);
    const { sessions, live } = await holdings(socket);
    const known = new Set(sessions.map(({ id }) => id));
    expect([...acknowledged.values()].filter((id) => !known.has(id))).toEqual([]);
    expect(live).toEqual([]);
    const kept = await allEvents(socket);
    expect(kept.length).toBeGreaterThanOrEqual(seenBefore);
    kept.forEach(({ number }, index) => {
      expect(number).toBe(index + 1);
    });
    watcher.seen.slice(0, kept.length).forEach(({ number, hash }, index) => {
      expect({ number, hash }).toEqual({ number: kept[index]?.number, hash: kept[index]?.hash });
    });
    await until(() => watcher.seen.length >= kept.length, {
      what: 'the watcher is back',
      deadlineMs: 60_000,
    });

    // Whoever got no answer asks again, and nothing is started twice.
    for (const request of starters.unanswered) {
      unanswered++;
      const first = await sandbox.berth(startArgs(request));
      const second = await sandbox.berth(startArgs(request));
      expect([first, second]).toMatchObject([{ code: 0 }, { code: 0 }]);
      expect(idIn(second.stdout)).toBe(idIn(first.stdout));
      acknowledged.set(request, idIn(first.stdout));
    }
    const fresh = await sandbox.berth(startArgs(`fresh${round}-0`));
    expect(fresh).toMatchObject({ code: 0 });
    acknowledged.set(`fresh${round}-0`, idIn(fresh.stdout));
    const after = await holdings(await site.tunnel());
    expect(after.live.map(({ id }) => id)).toContain(idIn(fresh.stdout));
    expect(after.sessions.map(({ id }) => id).sort()).toEqual([...acknowledged.values()].sort());
  }
  watcher.check();
  const { heldSlots, live } = await holdings(await site.tunnel());
  console.log(
    `${CUTS} power cuts: ${acknowledged.size} starts acknowledged, 0 missing; ${unanswered} asked again, 0 twice; ` +
      `${watcher.seen.length} events over ${watcher.breaks} breaks, 0 gaps, 0 changed; ` +
      `${heldSlots} slots held by ${live.length} live sessions`,
  );
}, 600_000);
