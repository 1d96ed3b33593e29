/** berth.v1.TerminalService, the calls but Attach and Exec (see attach.ts, exec.ts). */
import { BerthError } from '@berth/shared/domain/berth-error';
import { externalAsSession, externalName } from '@berth/shared/domain/external-session';
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
import { listening, typable } from '../sessions/attachable.ts';
import type { Describe } from '../sessions/describe.ts';
import type { ExternalTerminals } from '../sessions/external-terminals.ts';
import type { SessionFiles } from '../sessions/files-port.ts';
import { readOutput } from '../sessions/output.ts';
import type { Terminals, Transcripts } from '../sessions/ports.ts';
import type { Registry } from '../sessions/registry.ts';
import type { Supervisor } from '../sessions/supervisor.ts';
import type { Input, InputFate, Typist } from '../sessions/typist.ts';
import type { Wrapper } from './handler.ts';
import { refuseExternal, requestKey } from './orders.ts';

export interface TerminalServiceOptions {
  readonly wrap: Wrapper;
  readonly registry: Registry;
  readonly supervisor: Supervisor;
  readonly files: SessionFiles;
  readonly transcripts: Transcripts;
  readonly terminals: Terminals;
  readonly describe: Describe;
  readonly attach: TerminalServiceServer['attach'];
  readonly exec: TerminalServiceServer['exec'];
  readonly typist: Typist;
  readonly external: ExternalTerminals;
  /** SendInput calls of late and their answers, by request id: typing is not journaled. */
  readonly typed: Map<string, Promise<InputFate>>;
}

/** There is its screen, with what tmux keeps above it. */
const NO_TRANSCRIPT = {
  cannot: 'read the transcript of',
  hint: 'look at it: berth attach --read-only, or berth output without --follow and --raw',
};

const TYPED_KEPT = 10_000;

const FATES: Readonly<Record<InputFate, { outcome: InputOutcome; keysWithheld: boolean }>> = {
  unseen: { outcome: InputOutcome.UNSPECIFIED, keysWithheld: false },
  taken: { outcome: InputOutcome.TAKEN, keysWithheld: false },
  unchanged: { outcome: InputOutcome.UNCHANGED, keysWithheld: false },
  withheld: { outcome: InputOutcome.UNCHANGED, keysWithheld: true },
};

export function terminalService(options: TerminalServiceOptions): TerminalServiceServer {
  const { wrap, registry, files, transcripts, terminals, describe, typist, typed, external } = options;

  async function* output(
    request: ReadOutputRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ReadOutputResponse> {
    refuseExternal(request.session, NO_TRANSCRIPT);
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
    const other = externalName(request.session);
    if (other !== null) {
      const { session, lines } = await external.capture(other, request);
      const shown = request.lines > 0 ? lines.slice(-request.lines) : lines;
      return { lines: shown, session: encodeSession(session), transcriptOffset: 0n };
    }
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

  /** How to type into a session, and what is told of it afterwards. */
  async function typing(reference: string) {
    const other = externalName(reference);
    if (other === null) {
      const session = listening(registry.resolve(reference));
      return { type: (input: Input) => typist.type(session.id, input), snapshot: () => describe(session) };
    }
    await external.live(other);
    return {
      type: (input: Input) => external.type(other, input),
      snapshot: async () => externalAsSession(await external.now(other)),
    };
  }

  return {
    attach: options.attach,
    exec: options.exec,
    detachClients: wrap.unary('DetachClients', async ({ requestId, session: name }) => {
      requestKey(requestId, {});
      const other = externalName(name);
      if (other !== null) {
        const { session, detached } = await external.detachAll(other);
        return { session: encodeSession(session), detached };
      }
      const session = typable(registry.resolve(name));
      const detached = await terminals.detachAll(files.paths(session.id));
      return { session: encodeSession(await describe(session)), detached };
    }),
    readOutput: wrap.serverStream('ReadOutput', (request: ReadOutputRequest, { signal }) =>
      output(request, signal),
    ),
    captureScreen: wrap.unary('CaptureScreen', capture),
    sendInput: wrap.unary('SendInput', async (request) => {
      const { requestId } = requestKey(request.requestId, {});
      const { type, snapshot } = await typing(request.session);
      if (request.data.length > MAX_INPUT_BYTES) {
        throw new BerthError('ARGUMENT_INVALID', 'cannot type more than 1 MiB in one call');
      }
      const known = typed.get(requestId);
      const fate = known ?? type(request);
      if (!known) {
        typed.set(requestId, fate);
        if (typed.size > TYPED_KEPT) typed.delete([...typed.keys()][0] ?? '');
      }
      const { outcome, keysWithheld } = FATES[await fate];
      return { session: encodeSession(await snapshot()), outcome, keysWithheld };
    }),
  };
}

function message(offset: number, content: { data?: Buffer; truncated?: number }): ReadOutputResponse {
  return {
    offset: BigInt(offset),
    data: content.data ?? Buffer.alloc(0),
    truncatedBytes: BigInt(content.truncated ?? 0),
    ended: undefined,
  };
}
