/** Suspending sessions and letting them go on: what is wanted is committed, and their lanes see to it. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { Session, SessionEvent } from '../domain/session.ts';
import type { RequestKey } from './commands.ts';
import type { Registry } from './registry.ts';
import type { Supervisor } from './supervisor.ts';

export interface SuspensionOrder {
  readonly key: RequestKey;
  readonly session: string;
}

export interface SuspensionOptions {
  readonly registry: Registry;
  readonly supervisor: Pick<Supervisor, 'wake'>;
  readonly now: () => number;
  /** A named point in the code, for tests that cause failures there. */
  readonly reached: (point: string) => Promise<void>;
}

export class Suspension {
  readonly #o: SuspensionOptions;

  constructor(options: SuspensionOptions) {
    this.#o = options;
  }

  /** Answers once it stands still. Throws SESSION_ENDED, SESSION_NOT_RUNNING. */
  async suspend(order: SuspensionOrder, signal: AbortSignal): Promise<Session> {
    const event = { type: 'suspendRequested', at: this.#o.now() } as const;
    return await this.#until('Suspend', { ...order, event }, signal);
  }

  /** Answers once it goes on. Throws SESSION_ENDED, SESSION_NOT_RUNNING. */
  async resume(order: SuspensionOrder, signal: AbortSignal): Promise<Session> {
    return await this.#until('Resume', { ...order, event: { type: 'resumeRequested' } }, signal);
  }

  async #until(
    method: 'Suspend' | 'Resume',
    { key, session: reference, event }: SuspensionOrder & { event: SessionEvent },
    signal: AbortSignal,
  ): Promise<Session> {
    const { registry, supervisor, reached } = this.#o;
    const granted = registry.granted(method, key);
    const { id } = granted ?? registry.resolve(reference);
    if (!granted) {
      const request = { requestId: key.requestId, method, fingerprint: key.fingerprint, sessionId: id };
      if (!registry.apply(id, event, request)) throw cannot(method, registry.get(id));
      await reached(`${method.toLowerCase()}.committed`);
      supervisor.wake(id);
    }
    // What was wanted may change again under the wait: then this one has nothing to wait for.
    const settled = await registry.until(id, (session) => isFinal(session.state) || atRest(session), signal);
    if (isFinal(settled.state) && !granted) throw cannot(method, settled);
    return settled;
  }
}

/** It is as it was last asked to be. */
function atRest(session: Session): boolean {
  const wanted = 'suspension' in session && session.suspension?.wanted === true;
  const asked = 'suspension' in session && session.suspension !== undefined;
  return wanted ? session.state === 'suspended' : !asked;
}

function cannot(method: 'Suspend' | 'Resume', session: Session | undefined): BerthError {
  const what = `cannot ${method.toLowerCase()} ${session?.id}`;
  if (!session || isFinal(session.state)) {
    return new BerthError('SESSION_ENDED', `${what}: it is ${session?.state ?? 'gone'}`, {
      values: session ? { session: session.id } : {},
    });
  }
  const ending = session.state === 'running' || session.state === 'suspended';
  const why = ending ? 'it is being ended' : `it does not run yet: it is ${session.state}`;
  return new BerthError('SESSION_NOT_RUNNING', `${what}: ${why}`);
}
