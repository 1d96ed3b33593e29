/**
 * Brings sessions to hosts. What holds, whatever breaks on the way:
 * - a job's Start has one request id and is sent to one host at a time, to another only once it is sure
 *   that the one before has not started it;
 * - a slot that was reserved is used, given back, or lapses by itself;
 * - a host that refused is not asked again, so that the search ends.
 * The picture of the hosts proposes; the agents decide.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { oneLine } from '@berth/shared/domain/text';
import type { WorkspaceSource } from '@berth/shared/domain/workspace-source';
import type { HostConfig } from '../config/remotes.ts';
import type { HostClient } from '../rpc/host-client.ts';
import type { Parcel } from '../workspace/parcel.ts';
import { type AttemptPorts, giveBack, type Job, reserve, startAtOnce, startHeld } from './attempt.ts';
import { noCapacity, withoutLine } from './no-capacity.ts';
import { type Candidate, type Constraints, mustAsk } from './obstacle.ts';
import { goesElsewhere, interrupted, isLost } from './outcomes.ts';
import { Picture } from './picture.ts';
import type { Policy } from './policy.ts';
import { type PassedOver, type Ranking, rank } from './rank.ts';
import { type Line, lines } from './soonest.ts';

export interface Placed {
  readonly host: HostConfig;
  readonly session: SessionSnapshot;
}

/** Where a job went, and how: asked again in the same way the host answers as it did before. */
export interface Way {
  readonly host: string;
  readonly how: 'direct' | 'held' | 'queued';
  /** What was sent with it; null where that is asked for anew. */
  readonly source: WorkspaceSource | null;
}

export interface PlacementPorts extends AttemptPorts {
  /** Asks all of them at once; one answer for each. */
  look(hosts: readonly HostConfig[]): Promise<readonly Candidate[]>;
  connect(host: HostConfig): Promise<HostClient>;
  /** Where a request went before; null: nowhere, as far as is known here. */
  wentTo(requestId: string): Way | null;
  /** Kept before the host is asked. */
  goes(requestId: string, way: Way): void;
  /** It surely was not granted where it went. */
  forget(requestId: string): void;
  random(): number;
  now(): number;
}

export interface PlacementOptions {
  /** Those that may be taken; what else is wanted of them is checked against what they tell. */
  readonly hosts: readonly HostConfig[];
  /** Those that were left out before; errors name them. */
  readonly left?: readonly PassedOver[];
  readonly constraints: Constraints;
  readonly policy: Policy;
  readonly parcel: Parcel;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

export class Placement {
  readonly #o: PlacementOptions;
  readonly #ports: PlacementPorts;
  #looked: Promise<Picture> | null = null;
  /** Work is brought to a host one after the other: the second time costs next to nothing then. */
  readonly #bringing = new Map<string, Promise<unknown>>();
  /** Request ids of which this client knows itself what became of them. */
  readonly #own = new Set<string>();

  /** For hosts that are equally good: what a person was asked about is what then happens. */
  readonly #draws = new Map<string, number>();

  constructor(options: PlacementOptions, ports: PlacementPorts) {
    this.#o = options;
    this.#ports = ports;
  }

  /** Starts it on the best host that has room. Throws NO_CAPACITY and its like, or what ended it. */
  async start(job: Job): Promise<Placed> {
    const before = await this.#again(job);
    if (before) return before;
    const { hosts, parcel, constraints } = this.#o;
    const [only] = hosts;
    const how = parcel.ready ? 'direct' : 'held';
    // Nothing to choose: its agent is asked at once, and says best itself what is against it.
    if (only && hosts.length === 1 && !mustAsk(constraints, only)) {
      return await this.#try(only, job, how);
    }
    return await this.#search((host) => this.#try(host, job, how));
  }

  /** All of them or none: all slots are held before the first session starts. */
  async startAll(jobs: readonly Job[]): Promise<PromiseSettledResult<Placed>[]> {
    // Of some that have begun under these request ids there is no none any more.
    if (jobs.some(({ requestId }) => this.#ports.wentTo(requestId) !== null))
      return await Promise.allSettled(jobs.map((job) => this.start(job)));
    const hold = (job: Job) =>
      this.#search(async (host) => {
        const client = await this.#ports.connect(host);
        return { host, client, job, slot: await reserve(client, job, this.#ports) };
      });
    const results = await Promise.allSettled(jobs.map(hold));
    const held = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    if (held.length < jobs.length || this.#o.signal.aborted) {
      await Promise.all(held.map(({ client, slot }) => giveBack(client, slot.id, this.#ports)));
      throw withoutLine(results.find((result) => result.status === 'rejected')?.reason ?? interrupted());
    }
    return await Promise.allSettled(held.map(({ host, job }) => this.#try(host, job, 'held')));
  }

  /** Waits in line where that is shortest. Throws as `start` does where no line is open. */
  async queue(job: Job): Promise<Placed> {
    const before = await this.#again(job);
    if (before) return before;
    const picture = await this.#picture();
    for (;;) {
      const [line] = await this.lines();
      if (!line) throw this.#nothing(picture, this.#rank(picture));
      const { host } = line;
      try {
        const placed = await this.#try(host, job, 'queued');
        // Whoever comes next stands behind it.
        if (placed.session.state === 'queued') picture.queued(host.name, placed.session.memoryBytes);
        return placed;
      } catch (error) {
        if (!goesElsewhere(error)) throw error;
        picture.block(host.name, { kind: 'refused', words: oneLine(error.message), error });
      }
    }
  }

  /** Where one can wait, the best first. */
  async lines(): Promise<Line[]> {
    const { candidates } = await this.#picture();
    return lines(this.#o.constraints, candidates, (host) => {
      const drawn = this.#draws.get(host) ?? this.#ports.random();
      this.#draws.set(host, drawn);
      return drawn;
    });
  }

  /** Where each job would go now, one after the other; null: nowhere. Nothing is started or held. */
  async plan(jobs: readonly Job[]): Promise<Ranking[]> {
    // A picture of its own: what is planned takes no room from what is started afterwards.
    const picture = new Picture((await this.#picture()).candidates);
    return jobs.map(() => {
      const ranking = this.#rank(picture);
      const [best] = ranking.ranked;
      if (best) picture.take(best.host.name, best.slotBytes);
      return ranking;
    });
  }

  /** Host after host, until one takes it. */
  async #search<T>(attempt: (host: HostConfig) => Promise<T>): Promise<T> {
    const picture = await this.#picture();
    for (;;) {
      if (this.#o.signal.aborted) throw interrupted();
      const ranking = this.#rank(picture);
      const [best] = ranking.ranked;
      if (!best) throw this.#nothing(picture, ranking);
      const { host, slotBytes } = best;
      picture.take(host.name, slotBytes);
      try {
        return await attempt(host);
      } catch (error) {
        picture.giveBack(host.name, slotBytes);
        if (!goesElsewhere(error)) throw error;
        picture.refused(host.name, error);
      }
    }
  }

  /** For a job that is not known to have gone anywhere. */
  async #try(host: HostConfig, job: Job, how: Way['how']): Promise<Placed> {
    try {
      return await this.#startOn(host, job, how);
    } catch (error) {
      if (goesElsewhere(error)) this.#ports.forget(job.requestId);
      throw error;
    }
  }

  async #startOn(host: HostConfig, job: Job, how: Way['how'], sent?: WorkspaceSource): Promise<Placed> {
    const { parcel } = this.#o;
    // Nothing has been sent if this fails.
    const client = await this.#ports.connect(host);
    const bring = async () => parcel.ready ?? (await this.#bring(host, client));
    if (how === 'held') {
      this.#ports.goes(job.requestId, { host: host.name, how, source: null });
      return { host, session: await startHeld(client, job, { bring, ports: this.#ports }) };
    }
    const source = sent ?? (await bring());
    this.#ports.goes(job.requestId, { host: host.name, how, source });
    return { host, session: await startAtOnce(client, job, { source, queue: how === 'queued' }) };
  }

  /**
   * Asks the host that a request went to before, in the same way: it answers as it did then. Null:
   * the request went nowhere yet, or surely was not granted.
   */
  async #again(job: Job): Promise<Placed | null> {
    const { requestId } = job;
    const way = this.#own.has(requestId) ? null : this.#ports.wentTo(requestId);
    this.#own.add(requestId);
    if (way === null) return null;
    const host = this.#o.hosts.find(({ name }) => name === way.host);
    if (!host) {
      throw new BerthError(
        'REQUEST_ID_REUSED',
        `the request id ${oneLine(requestId)} went to ${oneLine(way.host)} before, which is not among the hosts for this start`,
      );
    }
    try {
      return await this.#startOn(host, job, way.how, way.source ?? undefined);
    } catch (error) {
      // Whether the session is there is known there alone.
      if (!goesElsewhere(error) || isLost(error)) throw error;
      this.#ports.forget(requestId);
      if (this.#o.hosts.length === 1) throw error;
      (await this.#picture()).refused(host.name, error);
      return null;
    }
  }

  #picture(): Promise<Picture> {
    this.#looked ??= this.#ports.look(this.#o.hosts).then((candidates) => new Picture(candidates));
    return this.#looked;
  }

  #rank(picture: Picture): Ranking {
    const { constraints, policy } = this.#o;
    return rank(constraints, picture.candidates, { policy, random: () => this.#ports.random() });
  }

  #nothing({ candidates }: Picture, { passedOver }: Ranking): BerthError {
    const { constraints, left = [] } = this.#o;
    return noCapacity(constraints, passedOver, { candidates, left, now: this.#ports.now() });
  }

  async #bring(host: HostConfig, client: HostClient): Promise<WorkspaceSource> {
    const { parcel, signal, progress } = this.#o;
    const before = this.#bringing.get(host.name) ?? Promise.resolve();
    const own = before
      .catch(() => {})
      .then(() => {
        if (signal.aborted) throw interrupted();
        return parcel.bring(client, { signal, progress });
      });
    this.#bringing.set(host.name, own);
    try {
      return await own;
    } catch (error) {
      // Whatever it broke off with, it was asked to.
      throw signal.aborted ? interrupted() : error;
    }
  }
}
