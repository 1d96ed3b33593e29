/** The states a session went through, from the events of its host. */
import type { SessionState } from '@berth/shared/domain/session-state';
import type { HostClient } from '../rpc/host-client.ts';

export interface StateStep {
  readonly state: SessionState;
  /** Ms since the epoch. */
  readonly at: number;
}

export interface StateHistory {
  readonly steps: readonly StateStep[];
  /** False where events before the first step are gone, or were too many to read in time. */
  readonly complete: boolean;
}

/** States that a life begins with. */
const BEGINNINGS: readonly SessionState[] = ['queued', 'reserved', 'starting'];

/** A host that keeps very many events is not waited for longer. Ms. */
const LONGEST_MS = 2000;

export async function stateHistory(
  client: Pick<HostClient, 'watch'>,
  session: { readonly id: string; readonly createdAt: number },
): Promise<StateHistory> {
  const steps: StateStep[] = [];
  const signal = AbortSignal.timeout(LONGEST_MS);
  let begun = false;
  try {
    for await (const message of client.watch({ sinceTime: session.createdAt, follow: false }, { signal })) {
      const told = message.kind === 'event' && message.event.sessionId === session.id ? message.event : null;
      if (told?.fact?.type !== 'sessionChanged') continue;
      const { state, incarnation } = told.fact.session;
      begun ||= incarnation === 1 && BEGINNINGS.includes(state);
      // Renamed, tagged or measured: the state is what it was.
      if (steps.at(-1)?.state !== state) steps.push({ state, at: told.at });
    }
  } catch {
    // An agent that tells no events, or too many, leaves the rest of what is known unharmed.
    return { steps, complete: false };
  }
  return { steps, complete: begun && !signal.aborted };
}
