/** Events that say who asks for a person, whoever's session it is. Pure. */
import type { AttentionSnapshot } from '@berth/shared/domain/attention';
import type { HostEvent } from '@berth/shared/domain/event';
import { externalId } from '@berth/shared/domain/external-session';

export interface RaisedAttention {
  readonly sessionId: string;
  /** May be empty. */
  readonly sessionName: string;
  readonly attention: AttentionSnapshot;
}

/** Null for an event that raises nothing. */
export function raisedBy({ number, sessionId, sessionName, fact }: HostEvent): RaisedAttention | null {
  switch (fact.type) {
    case 'attentionRaised':
      return { sessionId, sessionName, attention: fact.attention };
    case 'externalChanged': {
      const { name, attention } = fact.session;
      // One that stood before bears the number of the event that raised it.
      if (fact.gone || attention?.event !== number) return null;
      return { sessionId: externalId(name), sessionName: name, attention };
    }
    default:
      return null;
  }
}
