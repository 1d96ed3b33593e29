/** berth.v1.TerminalService, the calls but Attach (see attach.ts). */
import { BerthError } from '@berth/shared/domain/berth-error';
import { MAX_INPUT_BYTES } from '@berth/shared/domain/limits';
import { isFinal } from '@berth/shared/domain/session-state';
import {
  type CaptureScreenRequest,
  InputOutcome,
  type ReadOutputRequest,
  type ReadOutputResponse,
  type TerminalServiceServer,
} from '@berth/shared/gen/berth/v1/terminal';
import { toBytes } from '@berth/shared/wire/scalar';
import { encodeSession } from '@berth/shared/wire/session';
import { isActive, type Session } from '../domain/session.ts';
import type { Describe } from '../sessions/describe.ts';
import type { SessionFiles } from '../sessions/files-port.ts';
import { readOutput } from '../sessions/output.ts';
import type { Terminals, Transcripts } from '../sessions/ports.ts';
import type { Registry } from '../sessions/registry.ts';
import type { Supervisor } from '../sessions/supervisor.ts';
import type { InputFate, Typist } from '../sessions/typist.ts';
import type { Wrapper } from './handler.ts';
import { requestKey } from './orders.ts';

export interface TerminalServiceOptions {
  readonly wrap: Wrapper;
  readonly registry: Registry;
  readonly supervisor: Supervisor;
  readonly files: SessionFiles;
  readonly transcripts: Transcripts;
  readonly terminals: Terminals;
  readonly describe: Describe;
  readonly attach: TerminalServiceServer['attach'];
  readonly typist: Typist;
  /** SendInput calls of late and their answers, by request id: typing is not journaled. */
  readonly typed: Map<string, Promise<InputFate>>;
}

const TYPED_KEPT = 10_000;

const FATES: Readonly<Record<InputFate, { outcome: InputOutcome; keysWithheld: boolean }>> = {
  unseen: { outcome: InputOutcome.UNSPECIFIED, keysWithheld: false },
  taken: { outcome: InputOutcome.TAKEN, keysWithheld: false },
  unchanged: { outcome: InputOutcome.UNCHANGED, keysWithheld: false },
  withheld: { outcome: InputOutcome.UNCHANGED, keysWithheld: true },
};

export function terminalService(options: TerminalServiceOptions): TerminalServiceServer {
  const { wrap, registry, files, transcripts, terminals, describe, typist, typed } = options;

  async function* output(
    request: ReadOutputRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ReadOutputResponse> {
    const session = registry.resolve(request.session);
    const extent = await transcripts.extent(files.paths(session.id));
    const tail = toBytes(request.tailBytes);
    let next = tail > 0 ? Math.max(extent.start, extent.end - tail) : toBytes(request.offset);
    const wanted = { sessionId: session.id, offset: next, follow: request.follow };
    for await (const { offset, data } of readOutput(wanted, options, signal)) {
      const truncated = Math.max(0, offset - next);
      next = offset + data.length;
      yield message(offset, { data: Buffer.from(data.buffer, data.byteOffset, data.length), truncated });
    }
    const now = registry.get(session.id) ?? session;
    if (!request.follow || !isFinal(now.state)) return;
    yield { ...message(next, {}), ended: encodeSession(await describe(now)) };
  }

  async function capture(request: CaptureScreenRequest) {
    const session = registry.resolve(request.session);
    const paths = files.paths(session.id);
    const { end } = await transcripts.extent(paths);
    const all = await lines(session, request);
    const chosen = request.lines > 0 ? all.slice(-request.lines) : all;
    return { lines: chosen, session: encodeSession(await describe(session)), transcriptOffset: BigInt(end) };
  }

  /** The living terminal knows best; afterwards the transcript is replayed. */
  async function lines(session: Session, request: CaptureScreenRequest): Promise<string[]> {
    const paths = files.paths(session.id);
    if (isActive(session) && (await terminals.observe(paths))) {
      return await terminals.capture(paths, { screenOnly: request.screenOnly });
    }
    if (!('spec' in session)) return [];
    const { columns, rows } = session.spec;
    const size = { columns, rows, lines: request.screenOnly ? rows : request.lines };
    return await transcripts.render(paths, size);
  }

  return {
    attach: options.attach,
    readOutput: wrap.serverStream('ReadOutput', (request: ReadOutputRequest, { signal }) =>
      output(request, signal),
    ),
    captureScreen: wrap.unary('CaptureScreen', capture),
    sendInput: wrap.unary('SendInput', async (request) => {
      const { requestId } = requestKey(request.requestId, {});
      const session = typable(registry.resolve(request.session));
      if (request.data.length > MAX_INPUT_BYTES) {
        throw new BerthError('ARGUMENT_INVALID', 'cannot type more than 1 MiB in one call');
      }
      const known = typed.get(requestId);
      const fate = known ?? typist.type(session.id, request);
      if (!known) {
        typed.set(requestId, fate);
        if (typed.size > TYPED_KEPT) typed.delete([...typed.keys()][0] ?? '');
      }
      const { outcome, keysWithheld } = FATES[await fate];
      return { session: encodeSession(await describe(session)), outcome, keysWithheld };
    }),
  };
}

/** Throws unless the session has a terminal that takes input. */
export function typable(session: Session): Session {
  if (session.state === 'running' || session.state === 'suspended') return session;
  if (isFinal(session.state)) {
    throw new BerthError('SESSION_ENDED', `session ${session.id} has ended: it is ${session.state}`);
  }
  throw new BerthError(
    'SESSION_NOT_RUNNING',
    `session ${session.id} does not run yet: it is ${session.state}`,
  );
}

function message(offset: number, content: { data?: Buffer; truncated?: number }): ReadOutputResponse {
  return {
    offset: BigInt(offset),
    data: content.data ?? Buffer.alloc(0),
    truncatedBytes: BigInt(content.truncated ?? 0),
    ended: undefined,
  };
}
