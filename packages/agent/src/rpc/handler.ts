/**
 * The one wrapper around every call: identity of the host checked and told, a child log with the
 * call's id, cancellation as an AbortSignal, thrown errors mapped to gRPC status once.
 */
import { randomUUID } from 'node:crypto';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { REASONS } from '@berth/shared/domain/reasons';
import { VERSION } from '@berth/shared/domain/version';
import { AGENT_VERSION, CALL_ID, EXPECT_HOST, HOST_ID } from '@berth/shared/wire/metadata';
import { DETAILS_KEY, encodeStatus, HOSTNAME } from '@berth/shared/wire/rpc-status';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type ServerDuplexStream,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import type { Log } from '../log.ts';

export interface CallContext {
  /** Aborts when the caller is gone or the deadline has passed. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface Wrapper {
  unary<Req, Res>(
    name: string,
    handle: (request: Req, context: CallContext) => Promise<Res> | Res,
  ): handleUnaryCall<Req, Res>;
  serverStream<Req, Res>(
    name: string,
    handle: (request: Req, context: CallContext) => AsyncIterable<Res>,
  ): handleServerStreamingCall<Req, Res>;
  clientStream<Req, Res>(
    name: string,
    handle: (requests: AsyncIterator<Req>, context: CallContext) => Promise<Res>,
  ): handleClientStreamingCall<Req, Res>;
  bidi<Req, Res>(
    name: string,
    handle: (stream: ServerDuplexStream<Req, Res>, context: CallContext) => Promise<void>,
  ): handleBidiStreamingCall<Req, Res>;
}

/** What all kinds of calls have. */
interface AnyCall {
  readonly metadata: Metadata;
  sendMetadata(metadata: Metadata): void;
  on(event: 'cancelled', listener: () => void): unknown;
}

export interface WrapperOptions {
  readonly hostId: string;
  /** What messages call this machine: told with each error, so that a client can say its own name for it. */
  readonly hostname: string;
  readonly log: Log;
  /** After each call; `code` as gRPC names it: OK, NOT_FOUND. */
  readonly onCall?: (call: { method: string; code: string; ms: number }) => void;
}

export function createWrapper(options: WrapperOptions): Wrapper {
  function enter(name: string, call: AnyCall): CallContext & { finished: (error?: unknown) => void } {
    const callId = printable(call.metadata.get(CALL_ID)[0]) ?? randomUUID();
    const log = options.log.child({ call: callId, method: name });
    const told = new Metadata();
    told.set(HOST_ID, options.hostId);
    told.set(AGENT_VERSION, VERSION);
    call.sendMetadata(told);
    const controller = new AbortController();
    call.on('cancelled', () => controller.abort(new BerthError('DEADLINE', 'the caller is gone')));
    const began = performance.now();
    return {
      signal: controller.signal,
      log,
      finished(error) {
        const ms = Math.round((performance.now() - began) * 10) / 10;
        if (error === undefined || controller.signal.aborted) log.debug({ ms }, 'call done');
        else log.info({ ms, reason: reasonOf(error), error: messageOf(error) }, 'call refused');
        options.onCall?.({ method: name, code: codeOf(error, controller.signal), ms });
        controller.abort();
      },
    };
  }

  /** Throws where the caller means another host, before anything has an effect. */
  function checkHost(call: AnyCall): void {
    const expected = printable(call.metadata.get(EXPECT_HOST)[0]);
    if (expected === null || expected === options.hostId) return;
    throw new BerthError('HOST_MISMATCH', `this is host ${options.hostId}, not the expected ${expected}`, {
      values: { host_id: options.hostId, expected },
    });
  }

  return {
    unary: (name, handle) => (call, callback) => {
      const context = enter(name, call);
      void (async () => {
        try {
          checkHost(call);
          const response = await handle(call.request, context);
          context.finished();
          callback(null, response);
        } catch (error) {
          context.finished(error);
          callback(statusOf(error, { ...options, log: context.log }));
        }
      })();
    },

    serverStream: (name, handle) => (call) => {
      const context = enter(name, call);
      void (async () => {
        try {
          checkHost(call);
          for await (const message of handle(call.request, context)) {
            if (context.signal.aborted) break;
            if (!call.write(message)) await drained(call, context.signal);
          }
          context.finished();
          call.end();
        } catch (error) {
          context.finished(error);
          fail(call, statusOf(error, { ...options, log: context.log }));
        }
      })();
    },

    clientStream: (name, handle) => (call, callback) => {
      const context = enter(name, call);
      void (async () => {
        try {
          checkHost(call);
          const requests = call[Symbol.asyncIterator]() as AsyncIterator<never>;
          const response = await handle(requests, context);
          context.finished();
          callback(null, response);
        } catch (error) {
          context.finished(error);
          callback(statusOf(error, { ...options, log: context.log }));
        }
      })();
    },

    bidi: (name, handle) => (call) => {
      const context = enter(name, call);
      void (async () => {
        try {
          checkHost(call);
          await handle(call, context);
          context.finished();
          call.end();
        } catch (error) {
          context.finished(error);
          fail(call, statusOf(error, { ...options, log: context.log }));
        }
      })();
    },
  };
}

/** Resolves when the stream takes more, or when the signal aborts. */
function drained(
  stream: {
    once(event: 'drain', listener: () => void): unknown;
    off(event: 'drain', listener: () => void): unknown;
  },
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    stream.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

function fail(stream: { emit(event: 'error', error: unknown): unknown }, error: Partial<StatusObject>): void {
  stream.emit('error', error);
}

/** The gRPC status of anything thrown. The unknown becomes INTERNAL with an id; its story stays in the log. */
function statusOf(
  error: unknown,
  { hostname, log }: Pick<WrapperOptions, 'hostname' | 'log'>,
): Partial<StatusObject> & Error {
  const known = error instanceof BerthError ? error : internal(error, log);
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(encodeStatus(known, { [HOSTNAME]: hostname })));
  return Object.assign(new Error(known.message), {
    code: REASONS[known.reason].grpc as status,
    details: known.message,
    metadata,
  });
}

function internal(error: unknown, log: Log): BerthError {
  const id = randomUUID().slice(0, 8);
  log.error({ id, err: error }, 'unexpected error');
  return new BerthError('INTERNAL', `unexpected error ${id} in berthd`, {
    hint: `look for ${id} in the log of the agent`,
  });
}

/** A caller that left is no failure of the agent, whatever its call then ran into. */
function codeOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return status[status.CANCELLED];
  if (error === undefined) return status[status.OK];
  return status[REASONS[error instanceof BerthError ? error.reason : 'INTERNAL'].grpc] ?? 'UNKNOWN';
}

function reasonOf(error: unknown): string {
  return error instanceof BerthError ? error.reason : 'INTERNAL';
}

function printable(value: unknown): string | null {
  return typeof value === 'string' && /^[\x20-\x7e]{1,128}$/.test(value) ? value : null;
}
