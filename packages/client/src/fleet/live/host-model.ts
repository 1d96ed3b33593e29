/** What is known of one host, moved on by what it tells and by what becomes of its link. Pure. */
import type { HostEvent } from '@berth/shared/domain/event';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';
import type { HostConfig } from '../../config/remotes.ts';
import type { Listing } from '../../rpc/host-client.ts';
import type { LiveHost } from '../live-fleet.ts';
import { movedUp } from '../queue-place.ts';

export type HostMessage =
  /** A link is being made. One that could not be made for a while stays unreachable meanwhile. */
  | { readonly kind: 'connecting' }
  | { readonly kind: 'unreachable'; readonly error: string }
  | { readonly kind: 'connected' }
  | { readonly kind: 'host'; readonly snapshot: HostSnapshot; readonly latencyMs: number }
  /** All that the host holds now. */
  | { readonly kind: 'listing'; readonly listing: Omit<Listing, 'asOf'> }
  /** The same, and older than events that were taken since: only what events do not tell counts. */
  | { readonly kind: 'measured'; readonly listing: Omit<Listing, 'asOf'> }
  | { readonly kind: 'event'; readonly event: Pick<HostEvent, 'sessionId' | 'fact'> };

/** `known`: what is remembered of the host from before. */
export function newHost(
  config: HostConfig,
  now: number,
  known: Pick<LiveHost, 'asOf' | 'sessions'> | null,
): LiveHost {
  return {
    config,
    link: 'connecting',
    linkSince: now,
    latencyMs: null,
    asOf: known?.asOf ?? null,
    error: null,
    snapshot: null,
    sessions: known?.sessions ?? new Map(),
    external: [],
  };
}

/** `at`: our clock, ms since the epoch. */
export function nextHost(host: LiveHost, message: HostMessage, at: number): LiveHost {
  switch (message.kind) {
    case 'connecting':
      return host.link === 'connected' ? { ...host, link: 'connecting', linkSince: at } : host;
    case 'unreachable': {
      // Since the link broke, not since somebody noticed that it does not come back.
      const linkSince = host.link === 'connected' ? at : host.linkSince;
      return { ...host, link: 'unreachable', linkSince, error: message.error };
    }
    case 'connected':
      return { ...host, link: 'connected', linkSince: at, error: null, asOf: at };
    case 'host':
      return { ...host, asOf: at, snapshot: message.snapshot, latencyMs: message.latencyMs };
    case 'listing': {
      const { sessions, external } = message.listing;
      return { ...host, asOf: at, sessions: new Map(sessions.map((s) => [s.id, s])), external };
    }
    case 'measured': {
      const sessions = new Map(host.sessions);
      for (const seen of message.listing.sessions) {
        const known = sessions.get(seen.id);
        if (known && !isFinal(known.state)) sessions.set(seen.id, { ...known, ...measuredOf(seen) });
      }
      const external = host.external.map((known) => {
        const seen = message.listing.external.find(({ name }) => name === known.name);
        return seen?.status === known.status ? { ...known, ...reportedOf(seen) } : known;
      });
      return { ...host, asOf: at, sessions, external };
    }
    case 'event':
      return { ...host, asOf: at, ...afterEvent(host, message.event) };
  }
}

function afterEvent(
  host: LiveHost,
  { sessionId, fact }: Pick<HostEvent, 'sessionId' | 'fact'>,
): Partial<Pick<LiveHost, 'sessions' | 'external'>> {
  const change = (next: (session: SessionSnapshot) => Partial<SessionSnapshot>) => {
    const session = host.sessions.get(sessionId);
    if (!session) return {};
    return { sessions: new Map(host.sessions).set(sessionId, { ...session, ...next(session) }) };
  };
  switch (fact.type) {
    case 'sessionChanged':
      return { sessions: withChanged(inLine(host.sessions, fact.session), fact.session) };
    case 'sessionRemoved': {
      const sessions = new Map(host.sessions);
      return sessions.delete(sessionId) ? { sessions } : {};
    }
    case 'attentionRaised':
      return change(() => ({ attention: fact.attention }));
    case 'attentionCleared':
      // One that took its place may have been told before.
      return change(({ attention }) =>
        attention && attention.event > fact.raised ? {} : { attention: null },
      );
    case 'attentionSnoozed':
      return change(({ attention }) =>
        attention ? { attention: { ...attention, snoozedUntil: fact.until } } : {},
      );
    case 'activityChanged':
      return change(() => ({ activity: fact.activity }));
    case 'outputChanged':
      return change((session) => ({ transcriptEnd: Math.max(session.transcriptEnd, fact.transcriptEnd) }));
    case 'clientsChanged':
      return change(() => ({ attachedClients: fact.attachedClients }));
    case 'memoryPressure':
      return change(() => ({ memoryUsedBytes: fact.usedBytes }));
    case 'externalChanged': {
      const others = host.external.filter(({ name }) => name !== fact.session.name);
      return { external: fact.gone ? others : [...others, fact.session] };
    }
    case 'filesChanged':
    case 'artifactChanged':
    case 'hostNotice':
      return {};
  }
}

/** No event tells that the line moved up: it follows from the one that left it. */
function inLine(sessions: ReadonlyMap<string, SessionSnapshot>, changed: SessionSnapshot) {
  const known = sessions.get(changed.id);
  return known?.state === 'queued' && changed.state !== 'queued' ? movedUp(sessions, known) : sessions;
}

/** Events carry what was decided of a session; what is measured of it stays as it was last seen. */
function withChanged(
  sessions: ReadonlyMap<string, SessionSnapshot>,
  changed: SessionSnapshot,
): ReadonlyMap<string, SessionSnapshot> {
  const next = new Map(sessions);
  // A reservation that ran out is in no list either.
  if (changed.state === 'expired') {
    next.delete(changed.id);
    return next;
  }
  const known = sessions.get(changed.id);
  if (!known) return next.set(changed.id, changed);
  const { memoryPeakBytes, oomKills, transcriptStart, transcriptEnd, figures } = measuredOf(known);
  const ended = {
    figures: changed.figures ?? figures,
    transcriptStart: Math.max(changed.transcriptStart, transcriptStart),
    transcriptEnd: Math.max(changed.transcriptEnd, transcriptEnd),
    memoryPeakBytes: Math.max(changed.memoryPeakBytes, memoryPeakBytes),
    oomKills: Math.max(changed.oomKills, oomKills),
  };
  const live = isFinal(changed.state) ? {} : measuredOf(known);
  return next.set(changed.id, { ...changed, ...live, ...ended });
}

/** What other tools' reports change all the time, and no event tells. */
function reportedOf({ metrics, reportedAt }: ExternalSnapshot) {
  return { metrics, reportedAt };
}

function measuredOf(session: SessionSnapshot) {
  const { memoryPeakBytes, memoryUsedBytes, oomKills, cpuMs, cpuPercent } = session;
  const { attachedClients, transcriptStart, transcriptEnd, figures } = session;
  const usage = { memoryPeakBytes, memoryUsedBytes, oomKills, cpuMs, cpuPercent };
  return { ...usage, attachedClients, transcriptStart, transcriptEnd, figures };
}
