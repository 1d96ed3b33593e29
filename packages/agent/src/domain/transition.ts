/**
 * The session state machine: the only place that moves a session. Pure; times come with the
 * events.
 */
import {
  type Active,
  type EndIntent,
  moved,
  type Reserved,
  rejected,
  type Session,
  type SessionEvent,
  type Starting,
  type Transition,
} from './session.ts';
import { conclude, finish } from './session-end.ts';
import { fromQueued } from './session-queued.ts';
import { suspended } from './session-suspended.ts';

/** Applies one event. A rejection leaves the session as it was; final states reject everything. */
export function transition(session: Session, event: SessionEvent): Transition {
  switch (session.state) {
    case 'queued':
      return fromQueued(session, event);
    case 'reserved':
      return fromReserved(session, event);
    case 'starting':
    case 'running':
    case 'suspended':
      return fromActive(session, event);
    case 'completed':
    case 'failed':
    case 'killed':
    case 'lost':
    case 'expired':
      return rejected('final');
  }
}

function fromReserved(session: Reserved, event: SessionEvent): Transition {
  const { state: _state, reservedUntil, ...identity } = session;
  switch (event.type) {
    case 'start':
      if (event.at >= reservedUntil) return rejected('reservation-expired');
      return moved({ ...identity, state: 'starting', spec: event.spec, bootId: event.bootId, intent: null });
    case 'expire':
      if (event.at < reservedUntil) return rejected('wrong-state');
      return moved({ ...identity, state: 'expired', endedAt: event.at });
    case 'release':
      return moved({ ...identity, state: 'expired', endedAt: event.at });
    case 'extend':
      if (event.at >= reservedUntil) return rejected('reservation-expired');
      return moved({ ...session, reservedUntil: Math.max(reservedUntil, event.until) });
    case 'endRequested':
      return moved({ ...identity, state: 'expired', endedAt: event.intent.requestedAt });
    default:
      return rejected('wrong-state');
  }
}

function fromActive(session: Active, event: SessionEvent): Transition {
  switch (event.type) {
    case 'launched': {
      if (session.state !== 'starting') return rejected('wrong-state');
      const { state: _state, ...rest } = session;
      return moved({ ...rest, state: 'running', startedAt: event.at, enforcement: event.enforcement });
    }
    case 'startFailed':
      if (session.state !== 'starting') return rejected('wrong-state');
      return moved(finish(session, { at: event.at, state: 'failed', reason: 'start', detail: event.detail }));
    case 'endRequested':
      return moved({ ...session, intent: mergeIntent(session.intent, event.intent) });
    case 'measured':
      return session.memory ? rejected('wrong-state') : moved({ ...session, memory: event.memory });
    case 'updated': {
      const spec = { ...session.spec, tags: event.tags ?? session.spec.tags };
      return moved({ ...session, name: event.name ?? session.name, spec });
    }
    case 'suspendRequested':
    case 'resumeRequested':
    case 'frozen':
    case 'thawed':
      return session.state === 'starting' ? rejected('wrong-state') : suspended(session, event);
    case 'ended':
      return moved(conclude(session, event.end));
    case 'rebooted':
      return moved(
        finish(session, { at: event.at, state: 'lost', detail: 'the machine went down while it ran' }),
      );
    case 'restarted':
      if (session.spec.restart !== 'on-reboot' || session.intent) return rejected('wrong-state');
      return moved(again(session, event.bootId));
    case 'start':
    case 'expire':
    case 'release':
    case 'extend':
    case 'admitted':
    case 'restaged':
      return rejected('wrong-state');
  }
}

/** The next incarnation of a session. */
function again(session: Active, bootId: string): Starting {
  const { id, name, createdAt, memoryBytes, spec, queuedAt } = session;
  const incarnation = session.incarnation + 1;
  const waited = queuedAt === undefined ? {} : { queuedAt };
  return {
    ...{ id, name, incarnation, createdAt, memoryBytes, spec, bootId, ...waited },
    ...{ state: 'starting', intent: null },
  };
}

/** A kill outweighs a timeout; a second kill keeps the first time and takes the shorter wait. */
function mergeIntent(known: EndIntent | null, asked: EndIntent): EndIntent {
  if (!known || (known.kind === 'timeout' && asked.kind === 'kill')) return asked;
  if (asked.kind === 'timeout') return known;
  const end = Math.min(known.requestedAt + known.graceMs, asked.requestedAt + asked.graceMs);
  return { ...known, signal: asked.signal, graceMs: Math.max(0, end - known.requestedAt) };
}
