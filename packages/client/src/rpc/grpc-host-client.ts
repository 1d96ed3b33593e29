/** HostClient over grpc-js. Loaded late: this module costs a third of the client's start-up. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { VERSION } from '@berth/shared/domain/version';
import { HostServiceClient } from '@berth/shared/gen/berth/v1/host';
import { type Session, SessionServiceClient } from '@berth/shared/gen/berth/v1/session';
import {
  type AttachRequest,
  type AttachResponse,
  TerminalServiceClient,
} from '@berth/shared/gen/berth/v1/terminal';
import { decodeHost } from '@berth/shared/wire/host';
import { CALL_ID, CLIENT_VERSION, EXPECT_HOST } from '@berth/shared/wire/metadata';
import { toBytes, toDuration } from '@berth/shared/wire/scalar';
import { decodeSession } from '@berth/shared/wire/session';
import {
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  credentials,
  type CallOptions as GrpcOptions,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import type { HostConfig } from '../config/remotes.ts';
import type { Settings } from '../config/settings.ts';
import type { Link } from '../tunnel/link.ts';
import { checkAnswer as check } from './answer-check.ts';
import { attachMessages, decodeChunk } from './decode.ts';
import { toBerthError } from './errors.ts';
import type { CallOptions, HostClient } from './host-client.ts';
import type { Pins } from './pins.ts';
import { retryAfter } from './retry.ts';

export interface HostClientOptions {
  readonly host: HostConfig;
  readonly link: Link;
  readonly pins: Pins;
  readonly settings: Pick<Settings, 'callMs'>;
}

/** A warm link that gives no sign of life for this long is opened anew, once. */
const HELLO_MS = 2000;

type Unary<Req, Res> = (
  request: Req,
  metadata: Metadata,
  options: Partial<GrpcOptions>,
  callback: (error: ServiceError | null, response: Res) => void,
) => ClientUnaryCall;

export function createHostClient(options: HostClientOptions): HostClient {
  const { link, pins, settings } = options;
  const { name } = options.host;
  let stubs = open();
  let recycled = false;

  function open() {
    const target = `unix:${link.socketPath}`;
    const channel = {
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 500,
      'grpc.max_receive_message_length': 16 * 1024 * 1024,
      // What a Unix socket has no use for costs start-up time; retries are decided in retry.ts.
      'grpc.enable_channelz': 0,
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
    };
    const session = new SessionServiceClient(target, credentials.createInsecure(), channel);
    // One connection for all services.
    const shared = { channelOverride: session.getChannel() };
    return {
      session,
      terminal: new TerminalServiceClient(target, credentials.createInsecure(), shared),
      host: new HostServiceClient(target, credentials.createInsecure(), shared),
    };
  }

  function metadata(): Metadata {
    const sent = new Metadata();
    sent.set(CALL_ID, randomUUID());
    sent.set(CLIENT_VERSION, VERSION);
    const pinned = pins.get(name);
    if (pinned !== undefined) sent.set(EXPECT_HOST, pinned);
    return sent;
  }

  const checkAnswer = (received: Metadata) => check(received, { name, pins });

  /** One unary call, tried again while the link is broken and there is time. */
  async function call<Req, Res>(
    pick: () => Unary<Req, Res>,
    request: Req,
    { signal, deadlineMs = settings.callMs }: CallOptions = {},
  ): Promise<Res> {
    const began = performance.now();
    for (let failures = 1; ; failures++) {
      try {
        const left = deadlineMs - (performance.now() - began);
        return await once(pick(), request, { deadlineMs: Math.max(1, left), ...(signal ? { signal } : {}) });
      } catch (error) {
        signal?.throwIfAborted();
        const known = toBerthError(error, name);
        const elapsedMs = performance.now() - began;
        const wait = retryAfter({ failures, error: known, elapsedMs, deadlineMs, random: Math.random() });
        if (wait === null) throw known;
        // The socket may be one that nobody listens on any more.
        if (failures === 2 && !recycled) await renew();
        else await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  async function renew(): Promise<void> {
    recycled = true;
    stubs.session.close();
    await link.recycle();
    stubs = open();
  }

  function once<Req, Res>(
    method: Unary<Req, Res>,
    request: Req,
    { deadlineMs, signal }: { deadlineMs: number; signal?: AbortSignal },
  ): Promise<Res> {
    return new Promise((resolve, reject) => {
      let refused: unknown;
      let alive = false;
      const settle = (done: () => void) => {
        clearTimeout(hello);
        signal?.removeEventListener('abort', cancel);
        done();
      };
      const running = method(
        request,
        metadata(),
        { deadline: Date.now() + deadlineMs },
        (error, response) => {
          settle(() => {
            if (refused) reject(refused);
            else if (error) reject(error);
            else resolve(response);
          });
        },
      );
      const cancel = () => running.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      const hello = setTimeout(() => {
        if (alive || recycled || link.kind === 'local') return;
        refused = new BerthError('HOST_UNREACHABLE', `the link to ${name} gives no sign of life`);
        running.cancel();
      }, HELLO_MS);
      running.on('metadata', (received: Metadata) => {
        alive = true;
        try {
          checkAnswer(received);
        } catch (error) {
          refused = error;
          running.cancel();
        }
      });
    });
  }

  /** Messages of a stream as they are taken; not read ahead of the taker. */
  async function* taken<T>(
    stream: ClientReadableStream<T> | ClientDuplexStream<AttachRequest, T>,
    signal?: AbortSignal,
  ): AsyncGenerator<T> {
    let refused: unknown;
    stream.on('metadata', (received: Metadata) => {
      try {
        checkAnswer(received);
      } catch (error) {
        refused = error;
        stream.cancel();
      }
    });
    const cancel = () => stream.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      for await (const message of stream) {
        if (refused) throw refused;
        yield message as T;
      }
    } catch (error) {
      if (signal?.aborted) return;
      throw refused ?? toBerthError(error, name);
    } finally {
      signal?.removeEventListener('abort', cancel);
      stream.cancel();
    }
  }

  const sessionOf = (response: { session: Session | undefined }) => {
    if (!response.session)
      throw new BerthError('INTERNAL', `the agent on ${name} answered without a session`);
    return decodeSession(response.session);
  };

  return {
    name,
    async getHost(o) {
      const { host } = await call(
        () =>
          stubs.host.get.bind(stubs.host) as Unary<
            object,
            { host: Parameters<typeof decodeHost>[0] | undefined }
          >,
        {},
        o,
      );
      if (!host) throw new BerthError('INTERNAL', `the agent on ${name} answered without a host`);
      return decodeHost(host);
    },
    async listSessions(o) {
      const { sessions } = await call(
        () => stubs.session.list.bind(stubs.session) as Unary<{ statuses: [] }, { sessions: Session[] }>,
        { statuses: [] },
        o,
      );
      return sessions.map(decodeSession);
    },
    async getSession(session, o) {
      return sessionOf(await call(() => bound(stubs.session, 'get'), { session }, o));
    },
    async reserve(request, o) {
      const { ttlMs, memoryBytes, ...rest } = request;
      const wire = { ...rest, memoryBytes: BigInt(memoryBytes), ttl: toDuration(ttlMs) };
      return sessionOf(await call(() => bound(stubs.session, 'reserve'), wire, o));
    },
    async release(request, o) {
      return sessionOf(await call(() => bound(stubs.session, 'release'), request, o));
    },
    async start(request, o) {
      const { timeoutMs, memoryBytes, argv, tags, env, ...rest } = request;
      const wire = {
        ...rest,
        argv: [...argv],
        tags: { ...tags },
        env: { ...env },
        memoryBytes: BigInt(memoryBytes),
        timeout: toDuration(timeoutMs),
      };
      return sessionOf(await call(() => bound(stubs.session, 'start'), wire, o));
    },
    async kill(request, o) {
      const { graceMs, ...rest } = request;
      const deadlineMs = o?.deadlineMs ?? graceMs + settings.callMs + 10_000;
      const wire = { ...rest, grace: toDuration(graceMs) };
      const answer = await call(() => bound(stubs.session, 'kill'), wire, { ...o, deadlineMs });
      const { alreadyEnded, signals } = answer as unknown as { alreadyEnded: boolean; signals: string[] };
      return { session: sessionOf(answer), alreadyEnded, signals };
    },
    async captureScreen(request, o) {
      const answer = await call(() => bound(stubs.terminal, 'captureScreen'), request, o);
      const { lines, transcriptOffset } = answer as unknown as { lines: string[]; transcriptOffset: bigint };
      return { lines, session: sessionOf(answer), transcriptOffset: toBytes(transcriptOffset) };
    },
    async sendInput(request, o) {
      const wire = { ...request, data: Buffer.from(request.data) };
      return sessionOf(await call(() => bound(stubs.terminal, 'sendInput'), wire, o));
    },
    async *readOutput(request, o) {
      const { session, offset, follow, tailBytes } = request;
      const wire = { session, offset: BigInt(offset), follow, tailBytes: BigInt(tailBytes) };
      for await (const message of taken(stubs.terminal.readOutput(wire, metadata()), o?.signal)) {
        yield decodeChunk(message);
      }
    },
    attach(opening, signal) {
      const stream = stubs.terminal.attach(metadata());
      const send = (message: AttachRequest['message']) => {
        if (!stream.destroyed && !stream.writableEnded) stream.write({ message });
      };
      // A stream that breaks is told to the reader of its messages.
      stream.on('error', () => {});
      send({ $case: 'open', open: { ...opening } });
      return {
        messages: attachMessages(taken<AttachResponse>(stream, signal)),
        input: (offset, data) =>
          send({ $case: 'input', input: { offset: BigInt(offset), data: Buffer.from(data) } }),
        resize: (columns, rows) => send({ $case: 'resize', resize: { columns, rows } }),
        detach: () => send({ $case: 'detach', detach: {} }),
      };
    },
    async [Symbol.asyncDispose]() {
      stubs.session.close();
      await link[Symbol.asyncDispose]();
    },
  };
}

/** A stub's method as a plain function of its fullest form (the generated overloads hide it). */
function bound<S extends object, K extends keyof S>(
  stub: S,
  method: K,
): Unary<object, { session: Session | undefined }> {
  return (stub[method] as unknown as Unary<object, { session: Session | undefined }>).bind(stub);
}
