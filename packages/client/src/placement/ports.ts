/** What placing asks of hosts, over the client's own connections. */
import { randomUUID } from 'node:crypto';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { fanOut } from '../fleet/fan-out.ts';
import type { PlacementPorts } from './place.ts';
import { waysFile } from './ways-file.ts';

/** Hosts that are asked at the same time: each may take the making of a connection. */
const MOST_AT_ONCE = 64;

/** `kept`: the request id is the user's own, so that it may be asked with again. */
export function placementPorts(context: Context, { kept }: { kept: boolean }): PlacementPorts {
  const { fanoutMs, connectMs, reservationMs } = context.settings;
  const ways = kept ? waysFile(context.paths.stateDir, Date.now) : null;
  return {
    async look(hosts) {
      // One host alone holds up nobody: it has the time that making a connection may take.
      const deadlineMs = hosts.length === 1 ? Math.max(connectMs, fanoutMs) : fanoutMs;
      const ask = async (host: HostConfig, signal: AbortSignal) =>
        await (await context.connect(host, { signal })).getHost({ signal, deadlineMs });
      const answers = await fanOut(hosts, ask, { deadlineMs, limit: MOST_AT_ONCE });
      return answers.map((answer) =>
        answer.ok
          ? { host: answer.host, snapshot: answer.value }
          : { host: answer.host, error: answer.error },
      );
    },
    connect: (host) => context.connect(host),
    wentTo: (requestId) => ways?.wentTo(requestId) ?? null,
    goes: (requestId, way) => ways?.goes(requestId, way),
    forget: (requestId) => ways?.forget(requestId),
    newId: randomUUID,
    holdMs: reservationMs,
    random: Math.random,
    now: Date.now,
    every: (ms, work) => {
      const timer = setInterval(work, ms);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
  };
}
