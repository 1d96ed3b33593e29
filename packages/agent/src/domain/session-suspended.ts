/** Standing still and going on: the part of the state machine between `running` and `suspended`. */
import type { Live, Session, SessionEvent, Transition } from './session.ts';

const REJECTED: Transition = { ok: false, rejection: 'wrong-state' };

/** An end that was asked for goes before: what is to end is not stopped any more. */
export function suspended(
  session: Live,
  event: Extract<SessionEvent, { type: 'suspendRequested' | 'resumeRequested' | 'frozen' | 'thawed' }>,
): Transition {
  const { suspension: asked, ...rest } = session;
  switch (event.type) {
    case 'suspendRequested': {
      if (session.intent) return REJECTED;
      const requestedAt = asked?.wanted ? asked.requestedAt : event.at;
      return moved({ ...session, suspension: { requestedAt, wanted: true } });
    }
    case 'resumeRequested':
      return moved(asked ? { ...session, suspension: { ...asked, wanted: false } } : session);
    case 'frozen':
      if (!asked?.wanted || session.state === 'suspended') return REJECTED;
      return moved({ ...session, state: 'suspended' });
    case 'thawed':
      if (!asked || (asked.wanted && !session.intent)) return REJECTED;
      return moved({ ...rest, state: 'running' });
  }
}

function moved(session: Session): Transition {
  return { ok: true, session };
}
