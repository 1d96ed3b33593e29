/** The fleet as the page gets it: the rows of `list --json` and `status --json`, by their keys. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { externalAsSession } from '@berth/shared/domain/external-session';
import type { Answer } from '../fleet/fan-out.ts';
import type { Holding } from '../fleet/inventory.ts';
import type { LiveHost } from '../fleet/live-fleet.ts';
import { hostRow, isOld, type SessionRow, sessionRow, vmRow } from '../fleet/view.ts';
import type { FleetState, HostRow, SessionKey, VmRow } from './protocol.ts';

export function fleetState(hosts: readonly LiveHost[], now: number): FleetState {
  const sessions = hosts.flatMap((host) => sessionsOf(host, now));
  return {
    sessions: Object.fromEntries(sessions.map((row) => [sessionKey(row.vm_name, row.session_id), row])),
    hosts: Object.fromEntries(hosts.map((host) => [host.config.name, rowOf(host, now)])),
  };
}

export function sessionKey(host: string, sessionId: string): SessionKey {
  return `${host}:${sessionId}`;
}

function sessionsOf(host: LiveHost, now: number): SessionRow[] {
  const { config, link, asOf, snapshot } = host;
  const staleSince = link === 'connected' ? null : asOf;
  const place = { host: config, hostname: snapshot?.hostname ?? config.name, staleSince };
  const ours = [...host.sessions.values()].filter(({ state }) => state !== 'expired');
  return [...ours, ...host.external.map(externalAsSession)]
    .filter((session) => !isOld(session, now))
    .map((session) => sessionRow(place, session, now));
}

function rowOf(host: LiveHost, now: number): HostRow {
  const { link, linkSince, asOf, snapshot } = host;
  const row = hostRow(answerOf(host), asOf === null ? null : { asOf, now });
  const state = link === 'connected' ? (snapshot?.draining ? 'draining' : 'online') : link;
  return {
    ...row,
    state,
    link,
    link_since: new Date(linkSince).toISOString(),
    as_of: asOf === null ? null : new Date(asOf).toISOString(),
    vm: snapshot && { ...vmOf(host, now), ...(link === 'connected' ? {} : { state }) },
    presets: snapshot?.presets.filter(({ available }) => available).map(({ name }) => name) ?? [],
    warnings: snapshot?.warnings ?? [],
  };
}

/** What the host would answer, or what kept it from answering. */
function answerOf(host: LiveHost): Answer<Holding> {
  const { config, link, error, latencyMs } = host;
  if (link === 'connected') return held(host);
  const why = error ?? 'it is being reached';
  return {
    ok: false,
    host: config,
    error: new BerthError('HOST_UNREACHABLE', why),
    latencyMs: latencyMs ?? 0,
  };
}

function held({ config, sessions, external, snapshot, latencyMs }: LiveHost): Answer<Holding> {
  const value = { sessions: [...sessions.values()], external, host: snapshot };
  return { ok: true, host: config, value, latencyMs: latencyMs ?? 0 };
}

/** Also of a host that does not answer now: as it was last. */
function vmOf(host: LiveHost, now: number): VmRow {
  // What changes by mere time, and what the sessions' rows tell as well, stays out of it.
  const {
    age_minutes: _age,
    sessions: _sessions,
    load: _load,
    error: _error,
    ...row
  } = vmRow(held(host), now);
  return row;
}
