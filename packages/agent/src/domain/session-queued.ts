/** How a session leaves the line that it waits in: the part of the state machine for the state `queued`. */
import { type Ended, moved, type Queued, rejected, type SessionEvent, type Transition } from './session.ts';
import { finish } from './session-end.ts';

export function fromQueued(session: Queued, event: SessionEvent): Transition {
  switch (event.type) {
    case 'admitted': {
      const { state: _state, ticket: _ticket, ...rest } = session;
      return moved({ ...rest, state: 'starting', intent: null });
    }
    case 'restaged':
      return moved({ ...session, bootId: event.bootId });
    case 'updated': {
      const spec = { ...session.spec, tags: event.tags ?? session.spec.tags };
      return moved({ ...session, name: event.name ?? session.name, spec });
    }
    case 'endRequested': {
      const at = event.intent.requestedAt;
      const detail = 'it waited in line and never ran';
      return moved(finish(session, { at, state: 'killed', detail, killRequestedAt: at }));
    }
    case 'startFailed':
      return moved(finish(session, { at: event.at, state: 'failed', reason: 'start', detail: event.detail }));
    default:
      return rejected('wrong-state');
  }
}

/** It waited in line until its end, and held no slot: or for the moment of a start that came to nothing. */
export function neverLeftTheLine({ queuedAt, startedAt }: Ended): boolean {
  return queuedAt !== undefined && startedAt === null;
}
