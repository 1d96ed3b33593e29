/**
 * The mutating calls: answered before under this request id? -> the same answer; decide; commit;
 * wake the lane; answer. From reading the ledger to the commit everything is synchronous.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { Reserved, Session, SessionEvent, SessionSpec } from '../domain/session.ts';
import { preludeOf } from '../domain/sources.ts';
import { type Admission, inLine, isFull } from './admission.ts';
import type { SessionFiles } from './files-port.ts';
import type { GrantedRequest } from './journal-port.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { PresetRunner } from './preset-runner.ts';
import type { Registry } from './registry.ts';
import { sessionVariables } from './session-variables.ts';
import type { Supervisor } from './supervisor.ts';
import type { Workspaces } from './workspace-port.ts';

/** Identifies one request: who asks again with the same gets the same answer. */
export interface RequestKey {
  readonly requestId: string;
  /** Hash of everything asked for, secrets left out. */
  readonly fingerprint: string;
}

export interface StartOrder {
  readonly key: RequestKey;
  /** Id of a reserved session, or empty. */
  readonly reservation: string;
  readonly name: string;
  /** 0: the default slot. */
  readonly memoryBytes: number;
  readonly spec: Omit<SessionSpec, 'argv'>;
  /** What it runs, once it is known where it lies. */
  readonly argv: (toolDir: string) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where there is no slot it waits in line for one. */
  readonly queue: boolean;
}

/** A start that takes its slot now has this long to be laid out. */
const START_MS = 60_000;

export interface CommandsOptions {
  readonly registry: Registry;
  readonly supervisor: Supervisor;
  readonly files: SessionFiles;
  readonly admission: Admission;
  readonly workspaces: Workspaces;
  readonly hostname: string;
  readonly bootId: string;
  readonly now: () => number;
  /** What the session's preset gives it beside its argv. */
  readonly outfit: PresetRunner['outfit'];
  /** A named point in the code, for tests that cause failures there. */
  readonly reached: (point: string) => Promise<void>;
}

export class Commands {
  readonly #o: CommandsOptions;
  readonly #starting = new OneAtATime();

  constructor(options: CommandsOptions) {
    this.#o = options;
  }

  async reserve(order: {
    key: RequestKey;
    name: string;
    memoryBytes: number;
    ttlMs: number;
  }): Promise<Session> {
    return await this.#starting.run([order.key.requestId], async () => {
      const granted = this.#o.registry.granted('Reserve', order.key);
      if (granted) return granted;
      const session = this.#o.admission.candidate(order);
      await this.#o.admission.take(session, () =>
        this.#o.registry.insert(session, this.#grant('Reserve', order.key, session.id)),
      );
      this.#o.supervisor.wake(session.id);
      return session;
    });
  }

  release(order: { key: RequestKey; session: string }): Session {
    const { registry, now } = this.#o;
    const granted = this.#o.registry.granted('Release', order.key);
    if (granted) return granted;
    const session = registry.resolve(order.session);
    if (session.state === 'expired') return session;
    const request = this.#grant('Release', order.key, session.id);
    const released = registry.apply(session.id, { type: 'release', at: now() }, request);
    if (released) return released;
    throw new BerthError('RESERVATION_EXPIRED', `${session.id} is no reservation: it is ${session.state}`);
  }

  /** Holds a reservation until `ttlMs` from now, never for shorter than before. */
  extend(order: { key: RequestKey; session: string; ttlMs: number }): Session {
    const { registry, now } = this.#o;
    const granted = registry.granted('Extend', order.key);
    if (granted) return granted;
    const { id } = registry.resolve(order.session);
    const request = this.#grant('Extend', order.key, id);
    const at = now();
    const extended = registry.apply(id, { type: 'extend', at, until: at + order.ttlMs }, request);
    if (!extended) throw this.#reservationGone(id);
    return extended;
  }

  /** Answers once the session runs, has failed to, or waits in line. */
  async start(order: StartOrder, signal: AbortSignal): Promise<Session> {
    // Files are staged under the session's id: one start at a time for a request and a reservation.
    const session = await this.#starting.run([order.key.requestId, order.reservation], async () => {
      const before = this.#o.registry.granted('Start', order.key);
      return before ?? (await this.#stageAndCommit(order));
    });
    return await this.#begun(session.id, signal);
  }

  async #stageAndCommit(order: StartOrder): Promise<Session> {
    const { admission, files, workspaces, supervisor, now, reached } = this.#o;
    // Refused before anything is written, where it can be told already; decided again below.
    const slot = this.#slotFor(order);
    const full = order.reservation ? null : admission.full(slot);
    if (full && !order.queue) throw full;
    const request = this.#grant('Start', order.key, slot.id);
    const paths = files.paths(slot.id);
    const source = await workspaces.settle(order.spec.source);
    const spec = { ...order.spec, source, argv: order.argv(paths.toolDir) };
    const started = { type: 'start', at: now(), spec, bootId: this.#o.bootId } as const;
    const session = full ? inLine(slot, { ...started, ticket: 0 }) : startedSession(slot, started);
    const own = sessionVariables(slot, { paths, hostname: this.#o.hostname });
    const { files: toolFiles, offered } = this.#o.outfit(spec, paths.toolDir);
    const env = { ...offered, ...order.env, ...own };
    const layOut = (workspace: string) => workspaces.layOut(source, workspace);
    const launch = { argv: spec.argv, env, toolFiles, prelude: preludeOf(source), layOut };
    await files.stage({ session, request, ...launch });
    let committed: Session;
    try {
      await reached('start.staged');
      committed = await this.#commit(order, { slot, started, request, waits: full !== null });
    } catch (error) {
      await files.discard(slot.id);
      throw error;
    }
    await reached('start.committed');
    supervisor.wake(slot.id);
    return committed;
  }

  /** What was laid out is the journal's from here on. */
  async #commit(
    { queue, reservation }: StartOrder,
    { slot, started, request, waits }: Laid & { waits: boolean },
  ): Promise<Session> {
    const { registry, admission } = this.#o;
    if (reservation) {
      const session = registry.apply(slot.id, started, request);
      if (!session) throw this.#reservationGone(slot.id);
      return session;
    }
    if (!waits) {
      const session = startedSession(slot, started);
      try {
        await admission.take(slot, () => registry.insert(session, request));
        return session;
      } catch (error) {
        if (!queue || !isFull(error)) throw error;
      }
    }
    return admission.enqueue(slot, started, request);
  }

  /** Answers once the session has ended. */
  async kill(
    order: { key: RequestKey; session: string; graceMs: number; signal: string },
    signal: AbortSignal,
  ): Promise<{ session: Session; alreadyEnded: boolean; signals: readonly string[] }> {
    const { registry, supervisor, now, reached } = this.#o;
    const granted = this.#o.registry.granted('Kill', order.key);
    const session = granted ?? registry.resolve(order.session);
    if (!granted) {
      if (isFinal(session.state)) return { session, alreadyEnded: true, signals: [] };
      const stop = 'spec' in session ? session.spec.stopSignal : 'TERM';
      const intent = {
        kind: 'kill',
        requestedAt: now(),
        graceMs: order.graceMs,
        signal: order.signal || stop,
      } as const;
      const request = this.#grant('Kill', order.key, session.id);
      registry.apply(session.id, { type: 'endRequested', intent }, request);
      await reached('kill.committed');
      supervisor.wake(session.id);
    }
    const ended = await registry.until(session.id, (next) => isFinal(next.state), signal);
    return { session: ended, alreadyEnded: false, signals: [...supervisor.signals(session.id)] };
  }

  /** Renames a session that lives, or changes its tags. */
  update(order: {
    key: RequestKey;
    session: string;
    name: string | null;
    setTags: Readonly<Record<string, string>>;
    removeTags: readonly string[];
  }): Session {
    const { registry, hostname } = this.#o;
    const granted = this.#o.registry.granted('Update', order.key);
    if (granted) return granted;
    const session = registry.resolve(order.session);
    if (!('spec' in session) || isFinal(session.state)) {
      throw new BerthError('SESSION_ENDED', `cannot change ${session.id}: it is ${session.state}`, {
        values: { session: session.id },
      });
    }
    const { name } = order;
    registry.refuseTaken(name ?? '', session.id, hostname);
    const tags = { ...session.spec.tags, ...order.setTags };
    for (const tag of order.removeTags) delete tags[tag];
    const request = this.#grant('Update', order.key, session.id);
    return registry.apply(session.id, { type: 'updated', name, tags }, request) ?? session;
  }

  #begun(sessionId: string, signal: AbortSignal): Promise<Session> {
    return this.#o.registry.until(
      sessionId,
      (session) => session.state !== 'starting' && session.state !== 'reserved',
      signal,
    );
  }

  /** The reserved session that a start uses: the named reservation, or one made now (not committed). */
  #slotFor(order: StartOrder): Reserved {
    if (!order.reservation) return this.#o.admission.candidate({ ...order, ttlMs: START_MS });
    const session = this.#o.registry.get(order.reservation);
    if (!session) throw new BerthError('SESSION_NOT_FOUND', `there is no reservation ${order.reservation}`);
    if (session.state !== 'reserved') throw this.#reservationGone(session.id);
    return session;
  }

  #reservationGone(sessionId: string): BerthError {
    const state = this.#o.registry.get(sessionId)?.state ?? 'gone';
    const what = state === 'expired' ? 'ran out' : `is ${state}`;
    return new BerthError('RESERVATION_EXPIRED', `the reservation ${sessionId} ${what}`);
  }

  #grant(method: string, key: RequestKey, sessionId: string): GrantedRequest {
    return { requestId: key.requestId, method, fingerprint: key.fingerprint, sessionId };
  }
}

/** A start of which all is on the disk but the record in the journal. */
interface Laid {
  readonly slot: Reserved;
  readonly started: Extract<SessionEvent, { type: 'start' }>;
  readonly request: GrantedRequest;
}

function startedSession(
  reserved: Reserved,
  event: { spec: SessionSpec; bootId: string },
): Session & { state: 'starting' } {
  const { state: _state, reservedUntil: _until, ...identity } = reserved;
  return { ...identity, state: 'starting', spec: event.spec, bootId: event.bootId, intent: null };
}
