/**
 * The mutating calls: answered before under this request id? -> the same answer; decide; commit;
 * wake the lane; answer. From reading the ledger to the commit everything is synchronous.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import { admit, type Capacity, slotRefused } from '../domain/ledger.ts';
import { holdsSlot, type Reserved, type Session, type SessionSpec } from '../domain/session.ts';
import { preludeOf } from '../domain/sources.ts';
import type { SessionFiles } from './files-port.ts';
import type { GrantedRequest } from './journal-port.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { SharedLedger } from './ports.ts';
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
}

export interface CommandsOptions {
  readonly registry: Registry;
  readonly supervisor: Supervisor;
  readonly files: SessionFiles;
  readonly workspaces: Workspaces;
  readonly capacity: Capacity;
  readonly hostname: string;
  readonly bootId: string;
  readonly now: () => number;
  readonly newId: () => string;
  /** The host takes no new sessions. */
  readonly draining: () => boolean;
  /** Most sessions that may hold a slot at once; null: as many as fit. */
  readonly maxSessions: number | null;
  /** Null where this agent is the only one on its host. */
  readonly sharedLedger: SharedLedger | null;
  /** Where a slot goes that came to nothing. */
  readonly giveBack: (sessionId: string) => Promise<void>;
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
      const session = this.#admit(order);
      await this.#taken(session, () =>
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

  /** Answers once the session runs, or has failed to. */
  async start(order: StartOrder, signal: AbortSignal): Promise<Session> {
    // Files are staged under the session's id: one start at a time for a request and a reservation.
    const session = await this.#starting.run([order.key.requestId, order.reservation], async () => {
      const before = this.#o.registry.granted('Start', order.key);
      return before ?? (await this.#stageAndCommit(order));
    });
    return await this.#begun(session.id, signal);
  }

  async #stageAndCommit(order: StartOrder): Promise<Session> {
    const { registry, files, workspaces, supervisor, now, reached } = this.#o;
    // Refused before anything is written, where it can be told already; decided again below.
    const planned = this.#slotFor(order);
    const request = this.#grant('Start', order.key, planned.id);
    const paths = files.paths(planned.id);
    const source = await workspaces.settle(order.spec.source);
    const spec = { ...order.spec, source, argv: order.argv(paths.toolDir) };
    const started = { type: 'start', at: now(), spec, bootId: this.#o.bootId } as const;
    const preview = startedSession(planned, started);
    const own = sessionVariables(planned, { paths, hostname: this.#o.hostname });
    const { files: toolFiles, offered } = this.#o.outfit(spec, paths.toolDir);
    const env = { ...offered, ...order.env, ...own };
    const layOut = (workspace: string) => workspaces.layOut(source, workspace);
    const launch = { argv: spec.argv, env, toolFiles, prelude: preludeOf(source), layOut };
    await files.stage({ session: preview, request, ...launch });
    try {
      await reached('start.staged');
      if (order.reservation) {
        if (!registry.apply(planned.id, started, request)) throw this.#reservationGone(planned.id);
      } else {
        await this.#taken(planned, () => registry.insert(preview, request));
      }
    } catch (error) {
      await files.discard(planned.id);
      throw error;
    }
    await reached('start.committed');
    supervisor.wake(planned.id);
    return preview;
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
      throw new BerthError('SESSION_ENDED', `cannot change ${session.id}: it is ${session.state}`);
    }
    const { name } = order;
    const taken = [...registry.all()].some(
      (other) => other.name === name && other.id !== session.id && holdsSlot(other),
    );
    if (name && taken) {
      throw new BerthError('NAME_TAKEN', `there is a session named ${name} on ${hostname} already`);
    }
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
    if (!order.reservation) return this.#admit({ ...order, ttlMs: 60_000 });
    const session = this.#o.registry.get(order.reservation);
    if (!session) throw new BerthError('SESSION_NOT_FOUND', `there is no reservation ${order.reservation}`);
    if (session.state !== 'reserved') throw this.#reservationGone(session.id);
    return session;
  }

  #admit(order: { name: string; memoryBytes: number; ttlMs: number }): Reserved {
    const { capacity, now, newId } = this.#o;
    const at = now();
    const session: Reserved = {
      id: newId(),
      name: order.name,
      incarnation: 1,
      createdAt: at,
      memoryBytes: order.memoryBytes || capacity.defaultSlotBytes,
      state: 'reserved',
      reservedUntil: at + order.ttlMs,
    };
    this.#refuseIfFull(session);
    return session;
  }

  /** Commits a session that is new here, in a slot of its own. The commit is synchronous. */
  async #taken(session: Reserved, commit: () => void): Promise<void> {
    const { sharedLedger, giveBack, reached } = this.#o;
    try {
      await sharedLedger?.take(session);
      await reached('slot.taken');
      this.#refuseIfFull(session);
      commit();
    } catch (error) {
      const tried = giveBack(session.id);
      // Where the ledger did not answer it may have granted the slot; the caller has waited enough.
      if (!(error instanceof BerthError && error.reason === 'LEDGER_UNREACHABLE')) await tried;
      throw error;
    }
  }

  #refuseIfFull(session: Reserved): void {
    const { registry, capacity, hostname, draining, maxSessions } = this.#o;
    const others = [...registry.all()];
    if (draining())
      throw new BerthError('HOST_DRAINING', `${hostname} takes no new sessions: it is draining`);
    if (maxSessions !== null && others.filter(holdsSlot).length >= maxSessions) {
      const message = `no more sessions on ${hostname}: ${maxSessions} are allowed, and as many are there`;
      throw new BerthError('QUOTA_EXCEEDED', message, { values: { limit: String(maxSessions) } });
    }
    if (session.name && others.some((other) => other.name === session.name && holdsSlot(other))) {
      throw new BerthError('NAME_TAKEN', `there is a session named ${session.name} on ${hostname} already`);
    }
    const admission = admit(capacity, others, session.memoryBytes);
    if (!admission.ok) throw slotRefused(admission.refusal, { hostname, now: this.#o.now() });
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

function startedSession(
  reserved: Reserved,
  event: { spec: SessionSpec; bootId: string },
): Session & { state: 'starting' } {
  const { state: _state, reservedUntil: _until, ...identity } = reserved;
  return { ...identity, state: 'starting', spec: event.spec, bootId: event.bootId, intent: null };
}
