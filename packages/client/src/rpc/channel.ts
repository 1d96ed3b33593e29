/**
 * Calls to one agent over a link that may break. Invariants:
 * - every answer is checked (who answered, which version) before anything of it is used;
 * - a call is tried again only while the link is broken, and under the same request id;
 * - one renewal of the link at a time: calls that fail together wait for the same one;
 * - a stream ends with the link it runs over: left on a dead one it would wait for ever.
 */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { VERSION } from '@berth/shared/domain/version';
import { AttentionServiceClient } from '@berth/shared/gen/berth/v1/attention';
import { EditorServiceClient } from '@berth/shared/gen/berth/v1/editor';
import { EventServiceClient } from '@berth/shared/gen/berth/v1/event';
import { HooksServiceClient } from '@berth/shared/gen/berth/v1/hooks';
import { HostServiceClient } from '@berth/shared/gen/berth/v1/host';
import { SessionServiceClient } from '@berth/shared/gen/berth/v1/session';
import { TerminalServiceClient } from '@berth/shared/gen/berth/v1/terminal';
import {
  type UploadOpen,
  type UploadRequest,
  WorkspaceServiceClient,
} from '@berth/shared/gen/berth/v1/workspace';
import { DialClient } from '@berth/shared/wire/dial-bytes';
import { CALL_ID, CLIENT_VERSION, EXPECT_HOST } from '@berth/shared/wire/metadata';
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
import { checkAnswer } from './answer-check.ts';
import { toBerthError } from './errors.ts';
import type { CallOptions } from './host-client.ts';
import type { Pins } from './pins.ts';
import { retryAfter } from './retry.ts';
import { sent } from './sent.ts';

export interface ChannelOptions {
  readonly host: HostConfig;
  readonly link: Link;
  readonly pins: Pins;
  readonly settings: Pick<Settings, 'callMs'>;
}

/** A method of a stub in its fullest form. */
export type Unary<Req, Res> = (
  request: Req,
  metadata: Metadata,
  options: Partial<GrpcOptions>,
  callback: (error: ServiceError | null, response: Res) => void,
) => ClientUnaryCall;

/** A link that gives no sign of life for this long is opened anew. */
const HELLO_MS = 2000;

export class Channel implements AsyncDisposable {
  readonly #o: ChannelOptions;
  readonly #name: string;
  #stubs: Stubs;
  #renewing: Promise<void> | null = null;
  /** The last stream broke: the link is tried before the next one is opened. */
  #suspect = false;
  /** Ends of the streams that are open, by the stubs they were opened with. */
  readonly #streams = new Map<() => void, Stubs>();

  constructor(options: ChannelOptions) {
    this.#o = options;
    this.#name = options.host.name;
    this.#stubs = openStubs(options.link.socketPath);
  }

  /** One call. `pick` is asked again for each try. A broken link is tried again for `patienceMs` at most. */
  async unary<Req, Res>(
    pick: (stubs: Stubs) => Unary<Req, Res>,
    request: Req,
    {
      signal,
      deadlineMs = this.#o.settings.callMs,
      patienceMs = deadlineMs,
    }: CallOptions & { patienceMs?: number } = {},
  ): Promise<Res> {
    const began = performance.now();
    let broke: number | null = null;
    /** Broken ones, to be replaced before the next try. */
    let worn: Stubs | null = null;
    for (let failures = 1; ; failures++) {
      let stubs: Stubs | null = null;
      try {
        if (worn) await this.#renew(worn);
        stubs = this.#stubs;
        const left = Math.max(1, deadlineMs - (performance.now() - began));
        return await this.#once(pick(stubs), request, { deadlineMs: left, ...(signal ? { signal } : {}) });
      } catch (error) {
        signal?.throwIfAborted();
        const known = toBerthError(error, this.#name);
        // No way there any more: what kept ssh from it will not pass while we wait.
        if (stubs === null && known.reason !== 'AGENT_MISSING') throw known;
        const now = performance.now();
        broke ??= now;
        const givesUpMs = Math.min(deadlineMs, broke - began + patienceMs);
        const spent = { elapsedMs: now - began, brokenMs: now - broke, deadlineMs: givesUpMs };
        const wait = retryAfter({ failures, error: known, ...spent, random: Math.random() });
        if (wait === null) throw known;
        // The first failure may be a restart that is over in a moment; then the way is looked for anew.
        const silent = error instanceof Silence;
        if (stubs !== null) worn = silent || failures > 1 ? stubs : null;
        if (!silent) await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  /** Messages of a stream as they are taken; not read ahead of the taker. */
  async *stream<T, Req = never>(
    open: (stubs: Stubs, metadata: Metadata) => ClientReadableStream<T> | ClientDuplexStream<Req, T>,
    signal?: AbortSignal,
  ): AsyncGenerator<T> {
    if (this.#suspect) {
      const asked = signal ? { signal } : {};
      await this.unary(({ host }) => host.get.bind(host) as Unary<object, unknown>, {}, asked);
      this.#suspect = false;
    }
    const stubs = this.#stubs;
    const stream = open(stubs, this.#metadata());
    let refused: unknown;
    const abandon = () => {
      refused = new BerthError('HOST_UNREACHABLE', `the link to ${this.#name} was opened anew`, {
        values: { host: this.#name },
      });
      stream.cancel();
    };
    this.#streams.set(abandon, stubs);
    stream.on('metadata', (received: Metadata) => {
      try {
        checkAnswer(received, { name: this.#name, pins: this.#o.pins });
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
      const known = toBerthError(refused ?? error, this.#name);
      this.#suspect = known.reason === 'HOST_UNREACHABLE';
      throw known;
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#streams.delete(abandon);
      // Cancelled or broken, it tells once more: nobody listens then.
      stream.on('error', () => {});
      stream.cancel();
    }
  }

  /** Sends an archive; not tried again. */
  async upload(open: UploadOpen, archive: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      let refused: unknown;
      const stream = this.#stubs.workspace.upload(this.#metadata(), (error) => {
        signal.removeEventListener('abort', cancel);
        if (refused ?? error) reject(toBerthError(refused ?? error, this.#name));
        else resolve();
      });
      const cancel = () => stream.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      stream.on('metadata', (received: Metadata) => {
        try {
          checkAnswer(received, { name: this.#name, pins: this.#o.pins });
        } catch (error) {
          refused = error;
          stream.cancel();
        }
      });
      async function* messages(): AsyncGenerator<UploadRequest> {
        yield { message: { $case: 'open', open } };
        for await (const data of archive) yield { message: { $case: 'data', data: Buffer.from(data) } };
      }
      // How it ends is told by the answer.
      const sending = async () => {
        for await (const message of messages()) await sent(stream, message);
        stream.end();
      };
      sending().catch((error: unknown) => {
        refused ??= error;
        stream.cancel();
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stubs.session.close();
    await this.#o.link[Symbol.asyncDispose]();
  }

  #metadata(): Metadata {
    const sent = new Metadata();
    sent.set(CALL_ID, randomUUID());
    sent.set(CLIENT_VERSION, VERSION);
    const pinned = this.#o.pins.get(this.#name);
    if (pinned !== undefined) sent.set(EXPECT_HOST, pinned);
    return sent;
  }

  /** Opens the way anew, unless that has happened since `used` was in use. */
  async #renew(used: Stubs): Promise<void> {
    if (this.#stubs !== used) return;
    this.#renewing ??= (async () => {
      await this.#o.link.recycle();
      this.#stubs = openStubs(this.#o.link.socketPath);
      used.session.close();
      for (const [abandon, stubs] of this.#streams) if (stubs === used) abandon();
    })().finally(() => {
      this.#renewing = null;
    });
    await this.#renewing;
  }

  #once<Req, Res>(
    method: Unary<Req, Res>,
    request: Req,
    { deadlineMs, signal }: { deadlineMs: number; signal?: AbortSignal },
  ): Promise<Res> {
    return new Promise((resolve, reject) => {
      let refused: unknown;
      const options = { deadline: Date.now() + deadlineMs };
      const running = method(request, this.#metadata(), options, (error, response) => {
        clearTimeout(hello);
        signal?.removeEventListener('abort', cancel);
        if (refused || error) reject(refused ?? error);
        else resolve(response);
      });
      const cancel = () => running.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      const hello = setTimeout(() => {
        refused = new Silence(this.#name);
        running.cancel();
      }, HELLO_MS);
      running.on('metadata', (received: Metadata) => {
        clearTimeout(hello);
        try {
          checkAnswer(received, { name: this.#name, pins: this.#o.pins });
        } catch (error) {
          refused = error;
          running.cancel();
        }
      });
    });
  }
}

/** The link accepts, and nothing answers: it hangs, or its network went away. */
class Silence extends BerthError {
  constructor(name: string) {
    super('HOST_UNREACHABLE', `the link to ${name} gives no sign of life`, { values: { host: name } });
  }
}

export type Stubs = ReturnType<typeof openStubs>;

function openStubs(socketPath: string) {
  const target = `unix:${socketPath}`;
  const settings = {
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 500,
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
    // HTTP/2's own 64 KiB would make a round trip of every 64 KiB of output.
    'grpc-node.flow_control_window': 8 * 1024 * 1024,
    // What a Unix socket has no use for costs start-up time; retries are decided in retry.ts.
    'grpc.enable_channelz': 0,
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
  };
  const session = new SessionServiceClient(target, credentials.createInsecure(), settings);
  // One connection for all services.
  const shared = { channelOverride: session.getChannel() };
  return {
    session,
    terminal: new TerminalServiceClient(target, credentials.createInsecure(), shared),
    host: new HostServiceClient(target, credentials.createInsecure(), shared),
    event: new EventServiceClient(target, credentials.createInsecure(), shared),
    attention: new AttentionServiceClient(target, credentials.createInsecure(), shared),
    hooks: new HooksServiceClient(target, credentials.createInsecure(), shared),
    workspace: new WorkspaceServiceClient(target, credentials.createInsecure(), shared),
    port: new DialClient(target, credentials.createInsecure(), shared),
    editor: new EditorServiceClient(target, credentials.createInsecure(), shared),
  };
}
