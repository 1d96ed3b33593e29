/** Which events of a watch are told. Pure. */

import { type EventKind, type HostEvent, kindOf } from '@berth/shared/domain/event';
import { externalId } from '@berth/shared/domain/external-session';
import { raisedBy } from '../fleet/attention-event.ts';

export interface EventFilter {
  /** Empty: all. */
  readonly kinds: readonly EventKind[];
  /** By name, id or the beginning of an id; empty: all. `host` null: on any. */
  readonly sessions: readonly { readonly host: string | null; readonly session: string }[];
}

/** Shorter beginnings of an id would fit by accident. */
const SHORTEST_PREFIX = 5;

export function isWanted(filter: EventFilter, host: string, event: HostEvent): boolean {
  const { kinds, sessions } = filter;
  if (kinds.length > 0 && !kinds.some((kind) => kind === kindOf(event.fact) || tells(event, kind)))
    return false;
  if (sessions.length === 0) return true;
  return sessions.some((asked) => (asked.host ?? host) === host && names(asked.session, event));
}

/** Whoever waits for attention waits for that of other tools' sessions, too. */
function tells(event: HostEvent, kind: EventKind): boolean {
  if (kind !== 'attention' || event.fact.type !== 'externalChanged') return false;
  return event.fact.cleared !== undefined || raisedBy(event) !== null;
}

function names(asked: string, { fact, sessionId, sessionName }: HostEvent): boolean {
  if (fact.type === 'externalChanged')
    return asked === fact.session.name || asked === externalId(fact.session.name);
  return sessionId !== '' && isNamed(asked, { id: sessionId, name: sessionName });
}

/** By its name, its id or the beginning of that. */
export function isNamed(
  asked: string,
  { id, name }: { readonly id: string; readonly name: string },
): boolean {
  return asked === name || asked === id || (asked.length >= SHORTEST_PREFIX && id.startsWith(asked));
}
