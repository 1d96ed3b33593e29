/** HostClient over grpc-js: domain types in, domain types out. Loaded late: it costs start-up time. */

import { BerthError } from '@berth/shared/domain/berth-error';
import type { Verdict as WireVerdict } from '@berth/shared/gen/berth/v1/attention';
import type { WatchResponse } from '@berth/shared/gen/berth/v1/event';
import type { ToolHooks as WireHooks } from '@berth/shared/gen/berth/v1/hooks';
import type { MeasureDiskResponse, DiskUse as WireDiskUse } from '@berth/shared/gen/berth/v1/session';
import {
  type ExternalSession,
  type Session,
  SessionDetails as WireDetails,
} from '@berth/shared/gen/berth/v1/session';
import {
  type AttachRequest,
  type AttachResponse,
  type ExecRequest,
  type ExecResponse,
  InputOutcome,
} from '@berth/shared/gen/berth/v1/terminal';
import type {
  DownloadResponse,
  PullRequest,
  PullResponse,
  PushRequest,
  PushResponse,
  SnapshotResponse,
} from '@berth/shared/gen/berth/v1/workspace';
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
import { attachMessages, decodeChunk, decodeWatch, execMessages } from './decode.ts';
import { duplex } from './duplex.ts';
import type { HostClient } from './host-client.ts';

type HooksAnswer = { hooks: WireHooks | undefined; changed: boolean };
type HostAnswer = { host: Parameters<typeof decodeHost>[0] | undefined };

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
    push(open, signal) {
      const first: PushRequest = { message: { $case: 'open', open } };
      const call = duplex<PushRequest, PushResponse>(channel, (stubs, sent) => stubs.workspace.push(sent), {
        first,
        signal,
      });
      return {
        data: dataOf(call.messages),
        write: (data) => call.send({ message: { $case: 'data', data: viewOf(data) } }),
        end: () => void call.send({ message: { $case: 'end', end: {} } }).catch(() => {}),
      };
    },
    pull(open, signal) {
      const first: PullRequest = { message: { $case: 'open', open } };
      const call = duplex<PullRequest, PullResponse>(channel, (stubs, sent) => stubs.workspace.pull(sent), {
        first,
        signal,
      });
      return {
        data: dataOf(call.messages),
        write: (data) => call.send({ message: { $case: 'data', data: viewOf(data) } }),
        end: () => void call.send({ message: { $case: 'end', end: {} } }).catch(() => {}),
      };
    },
    download({ session, paths }, signal) {
      const wire = { session, paths: [...paths] };
      return dataOf(
        channel.stream<DownloadResponse>((stubs, sent) => stubs.workspace.download(wire, sent), signal),
      );
    },
    upload: (open, archive, signal) => channel.upload(open, archive, signal),
    exec(open, signal) {
      const { terminal, argv, env, ...rest } = open;
      const size = terminal ?? { columns: 0, rows: 0, term: '' };
      const first: ExecRequest = {
        message: {
          $case: 'open',
          open: { ...rest, ...size, argv: [...argv], env: { ...env }, terminal: terminal !== null },
        },
      };
      const call = duplex<ExecRequest, ExecResponse>(channel, (stubs, sent) => stubs.terminal.exec(sent), {
        first,
        signal,
      });
      const tell = (message: ExecRequest['message']) => void call.send({ message }).catch(() => {});
      return {
        messages: execMessages(call.messages),
        write: (data) => call.send({ message: { $case: 'input', input: Buffer.from(data) } }),
        endInput: () => tell({ $case: 'inputEnd', inputEnd: {} }),
        resize: (columns, rows) => tell({ $case: 'resize', resize: { columns, rows } }),
        signal: (signalName) => tell({ $case: 'signal', signal: signalName }),
      };
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
      return sessionOf(await channel.unary((stubs) => bound(stubs.session, 'start'), wire, o));
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
    async *readOutput(request, o) {
      const { session, offset, follow, tailBytes } = request;
      const wire = { session, offset: BigInt(offset), follow, tailBytes: BigInt(tailBytes) };
      const open = (stubs: Stubs, metadata: Metadata) => stubs.terminal.readOutput(wire, metadata);
      for await (const message of channel.stream(open, o?.signal)) yield decodeChunk(message);
    },
    attach(opening, signal) {
      let stream: ReturnType<Stubs['terminal']['attach']> | null = null;
      const send = (message: AttachRequest['message']) => {
        if (stream && !stream.destroyed && !stream.writableEnded) stream.write({ message });
      };
      const open = (stubs: Stubs, metadata: Metadata) => {
        stream = stubs.terminal.attach(metadata);
        send({ $case: 'open', open: { ...opening } });
        return stream;
      };
      return {
        messages: attachMessages(channel.stream<AttachResponse>(open, signal)),
        input: (offset, data) =>
          send({ $case: 'input', input: { offset: BigInt(offset), data: Buffer.from(data) } }),
        resize: (columns, rows) => send({ $case: 'resize', resize: { columns, rows } }),
        notify: (text) => send({ $case: 'notice', notice: { text } }),
        detach: () => send({ $case: 'detach', detach: {} }),
      };
    },
    [Symbol.asyncDispose]: () => channel[Symbol.asyncDispose](),
  };
}

/** The same bytes, not copied: a hundred megabytes go this way. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

async function* dataOf(messages: AsyncIterable<{ data: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { data } of messages) yield data;
}

/** A stub's method as a plain function of its fullest form (the generated overloads hide it). */
function bound<Res = { session: Session | undefined }, K extends string = string>(
  stub: { readonly [key in K]: unknown },
  method: K,
): Unary<object, Res> {
  return (stub[method] as Unary<object, Res>).bind(stub);
}
