/** HostClient over grpc-js: domain types in, domain types out. Loaded late: it costs start-up time. */

import { BerthError } from '@berth/shared/domain/berth-error';
import type { Reason } from '@berth/shared/domain/reasons';
import type { Verdict as WireVerdict } from '@berth/shared/gen/berth/v1/attention';
import type { WatchResponse } from '@berth/shared/gen/berth/v1/event';
import type { ToolHooks as WireHooks } from '@berth/shared/gen/berth/v1/hooks';
import type { MeasureDiskResponse, DiskUse as WireDiskUse } from '@berth/shared/gen/berth/v1/session';
import {
  type ExternalSession,
  type Session,
  SessionDetails as WireDetails,
} from '@berth/shared/gen/berth/v1/session';
import { InputOutcome } from '@berth/shared/gen/berth/v1/terminal';
import type { SnapshotResponse } from '@berth/shared/gen/berth/v1/workspace';
import { decodeVerdict } from '@berth/shared/wire/attention';
import { decodeToolHooks } from '@berth/shared/wire/hooks';
import { decodeHost } from '@berth/shared/wire/host';
import { toBytes, toDuration } from '@berth/shared/wire/scalar';
import { decodeSession, encodeRestartPolicy } from '@berth/shared/wire/session';
import { decodeDetails, decodeExternal } from '@berth/shared/wire/session-details';
import {
  decodeDiskReport,
  decodeDiskUse,
  decodeWorkspaceState,
  encodeSource,
} from '@berth/shared/wire/workspace';
import type { Metadata } from '@grpc/grpc-js';
import { Channel, type ChannelOptions, type Stubs, type Unary } from './channel.ts';
import { decodeWatch } from './decode.ts';
import { portCalls } from './dial-stream.ts';
import { editorCalls } from './editor-calls.ts';
import { streamCalls } from './grpc-streams.ts';
import type { HostClient } from './host-client.ts';

type HooksAnswer = { hooks: WireHooks | undefined; changed: boolean };
type HostAnswer = { host: Parameters<typeof decodeHost>[0] | undefined };

/** A large work tree is written before the session starts: as long as an agent takes for that. */
const LAY_OUT_MS = 600_000;

/** It does not know the call, or was not heard. */
const NOT_CONFIRMED: ReadonlySet<Reason> = new Set([
  'VERSION_MISMATCH',
  'HOST_UNREACHABLE',
  'AGENT_MISSING',
  'DEADLINE',
]);

export function createHostClient(options: ChannelOptions): HostClient {
  const { settings } = options;
  const { name } = options.host;
  const channel = new Channel(options);

  const sessionOf = (response: { session: Session | undefined }) => {
    if (!response.session)
      throw new BerthError('INTERNAL', `the agent on ${name} answered without a session`);
    return decodeSession(response.session);
  };

  const hostOf = ({ host }: HostAnswer) => {
    if (!host) throw new BerthError('INTERNAL', `the agent on ${name} answered without a host`);
    return decodeHost(host);
  };

  const hooksOf = ({ hooks, changed }: HooksAnswer) => {
    if (!hooks) throw new BerthError('INTERNAL', `the agent on ${name} answered without hooks`);
    return { hooks: decodeToolHooks(hooks), changed };
  };

  return {
    name,
    async getHost(o) {
      return hostOf(await channel.unary((stubs) => bound<HostAnswer, 'get'>(stubs.host, 'get'), {}, o));
    },
    async drain(request, o) {
      const drain = (stubs: Stubs) => bound<HostAnswer, 'drain'>(stubs.host, 'drain');
      return hostOf(await channel.unary(drain, request, o));
    },
    async listAll(o) {
      type Answer = { sessions: Session[]; external: ExternalSession[]; asOf: bigint };
      const list = (stubs: Stubs) => bound<Answer, 'list'>(stubs.session, 'list');
      const { sessions, external, asOf } = await channel.unary(list, { statuses: [] }, o);
      return {
        sessions: sessions.map(decodeSession),
        external: external.map(decodeExternal),
        asOf: toBytes(asOf),
      };
    },
    async getDetails(session, o) {
      type Answer = { session: Session | undefined; details: WireDetails | undefined };
      const get = (stubs: Stubs) => bound<Answer, 'get'>(stubs.session, 'get');
      const answer = await channel.unary(get, { session, withDetails: true }, o);
      // An agent from before details were told gives none.
      const details = decodeDetails(answer.details ?? WireDetails.fromPartial({}));
      return { session: sessionOf(answer), details };
    },
    async update(request, o) {
      const { name, setTags, removeTags, ...rest } = request;
      const wire = {
        ...rest,
        name: name ?? undefined,
        setTags: { ...setTags },
        removeTags: [...removeTags],
      };
      return sessionOf(await channel.unary((stubs) => bound(stubs.session, 'update'), wire, o));
    },
    async *watch({ since = 0, sinceTime, onlyNew = false, follow }, o) {
      const at = sinceTime === undefined ? undefined : new Date(sinceTime);
      const wire = { since: BigInt(since), sinceTime: at, onlyNew, follow };
      const open = (stubs: Stubs, metadata: Metadata) => stubs.event.watch(wire, metadata);
      for await (const message of channel.stream<WatchResponse>(open, o?.signal)) {
        const decoded = decodeWatch(message);
        if (decoded) yield decoded;
      }
    },
    async acknowledge(request, o) {
      type Answer = { session: Session | undefined; cleared: boolean };
      const call = (stubs: Stubs) => bound<Answer, 'acknowledge'>(stubs.attention, 'acknowledge');
      const answer = await channel.unary(call, request, o);
      return { session: sessionOf(answer), cleared: answer.cleared };
    },
    async snooze({ until, ...request }, o) {
      const wire = { ...request, until: new Date(until) };
      return sessionOf(await channel.unary((stubs) => bound(stubs.attention, 'snooze'), wire, o));
    },
    async explain(session, o) {
      type Answer = { session: Session | undefined; verdicts: WireVerdict[] };
      const call = (stubs: Stubs) => bound<Answer, 'explain'>(stubs.attention, 'explain');
      const answer = await channel.unary(call, { session }, o);
      return { session: sessionOf(answer), verdicts: answer.verdicts.map(decodeVerdict) };
    },
    async showHooks(tool, o) {
      type Answer = { tools: WireHooks[] };
      const call = (stubs: Stubs) => bound<Answer, 'show'>(stubs.hooks, 'show');
      return (await channel.unary(call, { tool }, o)).tools.map(decodeToolHooks);
    },
    async installHooks(request, o) {
      const call = (stubs: Stubs) => bound<HooksAnswer, 'install'>(stubs.hooks, 'install');
      return hooksOf(await channel.unary(call, request, o));
    },
    async removeHooks(request, o) {
      const call = (stubs: Stubs) => bound<HooksAnswer, 'remove'>(stubs.hooks, 'remove');
      return hooksOf(await channel.unary(call, request, o));
    },
    async getSession(session, o) {
      return sessionOf(await channel.unary((stubs) => bound(stubs.session, 'get'), { session }, o));
    },
    async reserve(request, o) {
      const { ttlMs, memoryBytes, ...rest } = request;
      const wire = { ...rest, memoryBytes: BigInt(memoryBytes), ttl: toDuration(ttlMs) };
      return sessionOf(await channel.unary((stubs) => bound(stubs.session, 'reserve'), wire, o));
    },
    async release(request, o) {
      return sessionOf(await channel.unary((stubs) => bound(stubs.session, 'release'), request, o));
    },
    async extend({ ttlMs, ...rest }, o) {
      const wire = { ...rest, ttl: toDuration(ttlMs) };
      return sessionOf(await channel.unary((stubs) => bound(stubs.session, 'extend'), wire, o));
    },
    async suspend(request, o) {
      return sessionOf(await channel.unary((stubs) => bound(stubs.session, 'suspend'), request, o));
    },
    async resume(request, o) {
      return sessionOf(await channel.unary((stubs) => bound(stubs.session, 'resume'), request, o));
    },
    async remove(request, o) {
      type Answer = { freed: WireDiskUse | undefined };
      const call = (stubs: Stubs) => bound<Answer, 'delete'>(stubs.session, 'delete');
      return decodeDiskUse((await channel.unary(call, request, o)).freed);
    },
    async measureDisk(sessions, o) {
      const call = (stubs: Stubs) => bound<MeasureDiskResponse, 'measureDisk'>(stubs.session, 'measureDisk');
      return decodeDiskReport(await channel.unary(call, { sessions: [...sessions] }, o));
    },
    async detachClients(request, o) {
      type Answer = { detached: number };
      const call = (stubs: Stubs) => bound<Answer, 'detachClients'>(stubs.terminal, 'detachClients');
      return (await channel.unary(call, request, o)).detached;
    },
    async snapshotWorkspace(session, o) {
      const call = (stubs: Stubs) => bound<SnapshotResponse, 'snapshot'>(stubs.workspace, 'snapshot');
      return decodeWorkspaceState(await channel.unary(call, { session }, o));
    },
    async confirmSources(o) {
      const call = (stubs: Stubs) => bound<SnapshotResponse, 'snapshot'>(stubs.workspace, 'snapshot');
      // Of no session: one that knows the call says so.
      await channel.unary(call, { session: '' }, o).catch((error: unknown) => {
        if (error instanceof BerthError && NOT_CONFIRMED.has(error.reason)) throw error;
      });
    },
    async start(request, o) {
      const { timeoutMs, memoryBytes, argv, tags, env, restartPolicy, source, ...rest } = request;
      const wire = {
        maxTurns: 0,
        headless: false,
        skipPermissions: false,
        queue: false,
        ...rest,
        source: source && encodeSource(source),
        argv: [...argv],
        tags: { ...tags },
        env: { ...env },
        memoryBytes: BigInt(memoryBytes),
        timeout: toDuration(timeoutMs),
        restartPolicy: encodeRestartPolicy(restartPolicy),
      };
      const layOutMs = source?.kind === 'checkout' ? LAY_OUT_MS : 0;
      const deadlineMs = o?.deadlineMs ?? settings.callMs + layOutMs;
      const bounds = { ...o, deadlineMs, patienceMs: settings.callMs };
      return sessionOf(await channel.unary((stubs) => bound(stubs.session, 'start'), wire, bounds));
    },
    async kill(request, o) {
      const { graceMs, ...rest } = request;
      const deadlineMs = o?.deadlineMs ?? graceMs + settings.callMs + 10_000;
      const wire = { ...rest, grace: toDuration(graceMs) };
      const answer = await channel.unary((stubs) => bound(stubs.session, 'kill'), wire, { ...o, deadlineMs });
      const { alreadyEnded, signals } = answer as unknown as { alreadyEnded: boolean; signals: string[] };
      return { session: sessionOf(answer), alreadyEnded, signals };
    },
    async captureScreen(request, o) {
      const answer = await channel.unary((stubs) => bound(stubs.terminal, 'captureScreen'), request, o);
      const { lines, transcriptOffset } = answer as unknown as { lines: string[]; transcriptOffset: bigint };
      return { lines, session: sessionOf(answer), transcriptOffset: toBytes(transcriptOffset) };
    },
    async sendInput(request, o) {
      type Answer = { session: Session | undefined; outcome: InputOutcome; keysWithheld: boolean };
      const send = (stubs: Stubs) => bound<Answer, 'sendInput'>(stubs.terminal, 'sendInput');
      const wire = { verify: false, ...request, data: Buffer.from(request.data) };
      const answer = await channel.unary(send, wire, o);
      const looked = answer.outcome !== InputOutcome.UNSPECIFIED;
      const taken = looked ? answer.outcome === InputOutcome.TAKEN : null;
      return { session: sessionOf(answer), taken, keysWithheld: answer.keysWithheld };
    },
    ...streamCalls(channel, options),
    ...portCalls(channel, options),
    ...editorCalls(channel),
    [Symbol.asyncDispose]: () => channel[Symbol.asyncDispose](),
  };
}

/** A stub's method as a plain function of its fullest form (the generated overloads hide it). */
function bound<Res = { session: Session | undefined }, K extends string = string>(
  stub: { readonly [key in K]: unknown },
  method: K,
): Unary<object, Res> {
  return (stub[method] as Unary<object, Res>).bind(stub);
}
