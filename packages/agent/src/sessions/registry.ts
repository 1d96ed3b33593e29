/**
 * All sessions of the host, in memory with the journal behind. Invariants:
 * - every change goes through `transition` and is committed before anybody can see it;
 * - between reading the ledger and the commit there is no await: `decide` callbacks are synchronous;
 * - listeners run after the commit.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Fact } from '@berth/shared/domain/event';
import { externalName } from '@berth/shared/domain/external-session';
import { isFinal } from '@berth/shared/domain/session-state';
import { placeOf } from '../domain/queue.ts';
import { type Active, isActive, type Session, type SessionEvent } from '../domain/session.ts';
import { NO_OVERLAY, type Overlay, type SessionFacts, snapshot } from '../domain/snapshot.ts';
import { transition } from '../domain/transition.ts';
import type { GrantedRequest, Journal, Setting } from './journal-port.ts';

export class Registry {
  readonly #sessions = new Map<string, Session>();
  readonly #listeners = new Set<(session: Session) => void>();
  readonly #removeListeners = new Set<(sessionId: string) => void>();
  readonly #journal: Journal;
  readonly #now: () => number;
  readonly #workspace: (session: Session) => string;
  readonly #overlay: (sessionId: string) => Overlay;
  readonly #publish: () => void;

  constructor(options: {
    journal: Journal;
    now: () => number;
    workspace: (session: Session) => string;
    /** What lies over a session's state: see attention-keeper.ts. */
    overlay?: (sessionId: string) => Overlay;
    /** Called after each commit that told something. */
    publish?: () => void;
  }) {
    this.#overlay = options.overlay ?? (() => NO_OVERLAY);
    this.#publish = options.publish ?? (() => {});
    this.#journal = options.journal;
    this.#now = options.now;
    this.#workspace = options.workspace;
    for (const session of options.journal.sessions()) this.#sessions.set(session.id, session);
  }

  get(sessionId: string): Session | undefined {
    return this.#sessions.get(sessionId);
  }

  all(): Iterable<Session> {
    return this.#sessions.values();
  }

  /**
   * The session that this request was granted before; null for a new request. Throws
   * REQUEST_ID_REUSED where the id was another request's, and SESSION_NOT_FOUND where the session was
   * removed since: it is not made a second time.
   */
  granted(method: string, key: Pick<GrantedRequest, 'requestId' | 'fingerprint'>): Session | null {
    const sessionId = this.grantedTo(method, key);
    if (sessionId === null) return null;
    const session = this.get(sessionId);
    if (session) return session;
    throw new BerthError('SESSION_NOT_FOUND', `the session of this request, ${sessionId}, was removed`);
  }

  /** The same by id: also of what is no session of ours. */
  grantedTo(method: string, key: Pick<GrantedRequest, 'requestId' | 'fingerprint'>): string | null {
    const known = this.#journal.request(key.requestId);
    if (!known) return null;
    if (known.method !== method || known.fingerprint !== key.fingerprint) {
      throw new BerthError(
        'REQUEST_ID_REUSED',
        `the request id ${key.requestId} was used for another request`,
      );
    }
    return known.sessionId;
  }

  /** Calls back after each change of any session. */
  onChange(listener: (session: Session) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Calls back after each removal. */
  onRemove(listener: (sessionId: string) => void): void {
    this.#removeListeners.add(listener);
  }

  /** Forgets an ended session for good, and commits that with the settings. */
  remove(
    sessionId: string,
    also: {
      readonly request: GrantedRequest;
      readonly freedBytes: number;
      readonly settings: readonly Setting[];
    },
  ): void {
    const { request, freedBytes, settings } = also;
    const sessionName = this.get(sessionId)?.name ?? '';
    const fact: Fact = { type: 'sessionRemoved', freedBytes };
    const told = { facts: [{ sessionId, sessionName, fact }], settings };
    this.#journal.commit({ at: this.#now(), sessions: [], removed: [sessionId], request, ...told });
    this.#sessions.delete(sessionId);
    this.#publish();
    for (const listener of this.#removeListeners) listener(sessionId);
  }

  /** Commits a session that is new here. */
  insert(session: Session, request?: GrantedRequest): void {
    this.#commit(session, request);
  }

  /**
   * Moves a session by one event and commits. A rejected event leaves everything as it was and
   * is answered with null: the caller says what that means.
   */
  apply(sessionId: string, event: SessionEvent, request?: GrantedRequest): Session | null {
    const session = this.#sessions.get(sessionId);
    if (!session) return null;
    const next = transition(session, event);
    if (!next.ok) return null;
    this.#commit(next.session, request);
    return next.session;
  }

  /** Records a notice for the operator, about the host or about one session that it leaves as it is. */
  notice(reason: string, message: string, sessionId = ''): void {
    this.tell([{ type: 'hostNotice', reason, message }], { sessionId });
  }

  /** Records facts about the host, or about one session, that leave all sessions as they are. */
  tell(
    facts: readonly Fact[],
    also: {
      readonly sessionId?: string;
      readonly settings?: readonly Setting[];
      readonly request?: GrantedRequest;
    } = {},
  ): void {
    const { sessionId = '', settings = [], request } = also;
    const sessionName = this.get(sessionId)?.name ?? externalName(sessionId) ?? '';
    const named = facts.map((fact) => ({ sessionId, sessionName, fact }));
    const asked = request ? { request } : {};
    this.#journal.commit({ at: this.#now(), sessions: [], ...asked, facts: named, settings });
    if (facts.length > 0) this.#publish();
  }

  /** Keeps what is known of a session's attention, with the facts that follow from it. */
  keepAttention(
    sessionId: string,
    change: { readonly record: string; readonly facts: readonly Fact[]; readonly request?: GrantedRequest },
  ): void {
    const sessionName = this.get(sessionId)?.name ?? '';
    this.#journal.commit({
      at: this.#now(),
      sessions: [],
      ...(change.request ? { request: change.request } : {}),
      attention: [{ sessionId, record: change.record }],
      facts: change.facts.map((fact) => ({ sessionId, sessionName, fact })),
    });
    if (change.facts.length > 0) this.#publish();
  }

  /** The session that an id, a name or an unambiguous prefix of an id means. */
  resolve(reference: string): Session {
    const exact = this.#sessions.get(reference);
    if (exact) return exact;
    const named = [...this.all()].filter((session) => session.name === reference && reference !== '');
    const live = named.find(({ state }) => !isFinal(state));
    if (live) return live;
    const latest = named.sort((a, b) => b.createdAt - a.createdAt)[0];
    if (latest) return latest;
    const prefixed = [...this.all()].filter(
      (session) => reference.length >= 5 && session.id.startsWith(reference),
    );
    if (prefixed.length > 1) {
      const candidates = prefixed.map((session) => session.id).sort();
      throw new BerthError('NAME_AMBIGUOUS', `${reference} fits ${prefixed.length} sessions`, {
        values: { candidates: candidates.slice(0, 20).join(' ') },
        hint: `use more of the id: ${candidates.slice(0, 5).join(' ')}`,
      });
    }
    if (!prefixed[0]) throw new BerthError('SESSION_NOT_FOUND', `there is no session ${reference}`);
    return prefixed[0];
  }

  #commit(session: Session, request?: GrantedRequest): void {
    const facts: SessionFacts = {
      workspace: this.#workspace(session),
      attachedClients: 0,
      queuePlace: this.queuePlace(session),
      transcriptStart: 0,
      transcriptEnd: 0,
      usage: null,
      ...this.#overlay(session.id),
    };
    const fact: Fact = { type: 'sessionChanged', session: snapshot(session, facts) };
    this.#journal.commit({
      at: this.#now(),
      sessions: [session],
      ...(request ? { request } : {}),
      facts: [{ sessionId: session.id, sessionName: session.name, fact }],
    });
    this.#sessions.set(session.id, session);
    this.#publish();
    for (const listener of this.#listeners) listener(session);
  }

  /** Resolves with the session once `condition` holds of it; rejects when the signal aborts. */
  async until(
    sessionId: string,
    condition: (session: Session) => boolean,
    signal: AbortSignal,
  ): Promise<Session> {
    const now = this.#sessions.get(sessionId);
    if (!now) throw new BerthError('SESSION_NOT_FOUND', `there is no session ${sessionId}`);
    if (condition(now)) return now;
    return await new Promise((resolve, reject) => {
      const listener = this.onChange((session) => {
        if (session.id === sessionId && condition(session)) settle(() => resolve(session));
      });
      const aborted = () => settle(() => reject(signal.reason));
      const settle = (done: () => void) => {
        listener[Symbol.dispose]();
        signal.removeEventListener('abort', aborted);
        done();
      };
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
    });
  }

  /** Its place among those who wait in line, from 1; null where it does not wait. */
  queuePlace(session: Session): number | null {
    return placeOf(session, this.all());
  }

  /** Throws NAME_TAKEN where another session that lives, or waits, has this name. */
  refuseTaken(name: string, sessionId: string, hostname: string): void {
    const taken = [...this.all()].some(
      (other) => other.name === name && other.id !== sessionId && !isFinal(other.state),
    );
    if (!name || !taken) return;
    throw new BerthError('NAME_TAKEN', `there is a session named ${name} on ${hostname} already`);
  }

  /** Sessions that may have a unit. */
  active(): Active[] {
    return [...this.all()].filter(isActive);
  }

  running(): Session[] {
    return [...this.all()].filter(({ state }) => state === 'running');
  }
}
