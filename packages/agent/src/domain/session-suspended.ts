/** Standing still and going on: the part of the state machine between `running` and `suspended`. */
import { type Live, moved, rejected, type SessionEvent, type Transition } from './session.ts';

/** An end that was asked for goes before: what is to end is not stopped any more. */
export function suspended(
  session: Live,
  event: Extract<SessionEvent, { type: 'suspendRequested' | 'resumeRequested' | 'frozen' | 'thawed' }>,
): Transition {
  const { suspension: asked, ...rest } = session;
  switch (event.type) {
    case 'suspendRequested': {
      if (session.intent) return rejected('wrong-state');
      const requestedAt = asked?.wanted ? asked.requestedAt : event.at;
      return moved({ ...session, suspension: { requestedAt, wanted: true } });
    }
    case 'resumeRequested':
      return moved(asked ? { ...session, suspension: { ...asked, wanted: false } } : session);
    case 'frozen':
      if (!asked?.wanted || session.state === 'suspended') return rejected('wrong-state');
      return moved({ ...session, state: 'suspended' });
    case 'thawed':
      if (!asked || (asked.wanted && !session.intent)) return rejected('wrong-state');
      return moved({ ...rest, state: 'running' });
  }
}
