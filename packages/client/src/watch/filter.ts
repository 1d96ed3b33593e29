/** Which events of a watch are told. Pure. */
import { type EventKind, type HostEvent, kindOf } from '@berth/shared/domain/event';

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
  if (kinds.length > 0 && !kinds.includes(kindOf(event.fact))) return false;
  if (sessions.length === 0) return true;
  return sessions.some((asked) => (asked.host ?? host) === host && names(asked.session, event));
}

function names(asked: string, { fact, sessionId, sessionName }: HostEvent): boolean {
  if (fact.type === 'externalChanged')
    return asked === fact.session.name || asked === `external:${fact.session.name}`;
  if (sessionId === '') return false;
  return (
    asked === sessionName ||
    asked === sessionId ||
    (asked.length >= SHORTEST_PREFIX && sessionId.startsWith(asked))
  );
}
