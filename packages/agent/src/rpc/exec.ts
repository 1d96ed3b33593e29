/** TerminalService.Exec: a caller's standard input and output <-> a command beside a session. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { ExecOpen, ExecRequest, ExecResponse } from '@berth/shared/gen/berth/v1/terminal';
import { encodeSession } from '@berth/shared/wire/session';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Describe } from '../sessions/describe.ts';
import type { RunningExec } from '../sessions/exec-port.ts';
import type { ExecOrder, Executions } from '../sessions/executions.ts';
import type { Registry } from '../sessions/registry.ts';
import type { Wrapper } from './handler.ts';
import { cells, firstMessage, takeMessages } from './opening.ts';
import { checkProgram, refuseExternal, signalName } from './orders.ts';

type Stream = ServerDuplexStream<ExecRequest, ExecResponse>;

export interface ExecOptions {
  readonly wrap: Wrapper;
  readonly registry: Registry;
  readonly describe: Describe;
  readonly executions: Executions;
}

const NOT_OURS = { cannot: 'run a command in', hint: 'type into it: berth send, berth attach' };
/** A session that ended under a command is given this long to be recorded as ended. */
const END_MS = 8000;

export function execHandler(options: ExecOptions) {
  return options.wrap.bidi('Exec', (stream: Stream, { signal }) => serve(stream, signal, options));
}

async function serve(stream: Stream, signal: AbortSignal, options: ExecOptions): Promise<void> {
  const first = await firstMessage(stream, signal);
  if (first?.message?.$case !== 'open') {
    throw new BerthError('ARGUMENT_INVALID', 'the first message of an exec must open it');
  }
  const { open } = first.message;
  refuseExternal(open.session, NOT_OURS);
  const session = options.registry.resolve(open.session);
  const snapshot = encodeSession(await options.describe(session));
  await using running = await options.executions.start(session, order(open));
  stream.write({ message: { $case: 'opened', opened: { session: snapshot } } });
  const exitCode = await pump(stream, signal, running);
  if (exitCode === 'left') return;
  if (exitCode === null) throw await cutShort(session.id, signal, options);
  stream.write({ message: { $case: 'ended', ended: { exitCode } } });
}

function order({ argv, env, directory, terminal, columns, rows, term }: ExecOpen): ExecOrder {
  checkProgram({ argv, env });
  if (directory.includes('\0')) throw new BerthError('ARGUMENT_INVALID', 'a path cannot contain NUL');
  const size = { columns: cells(columns || 120), rows: cells(rows || 36) };
  const known = /^[A-Za-z0-9.+_-]{1,64}$/.test(term) ? term : 'xterm-256color';
  return { argv, env, directory, terminal: terminal ? { ...size, term: known } : null };
}

/** Moves bytes both ways until the command has ended (null: nobody can tell how), or the caller left. */
function pump(stream: Stream, signal: AbortSignal, running: RunningExec): Promise<number | null | 'left'> {
  return new Promise((resolve, reject) => {
    running.onOutput((kind, data) => {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
      const message = kind === 'stdout' ? { $case: kind, stdout: bytes } : { $case: kind, stderr: bytes };
      if (stream.write({ message: message as ExecResponse['message'] })) return;
      running.pause();
      stream.once('drain', () => running.resume());
    });
    running.ended.then(resolve, reject);
    const left = () => resolve('left');
    signal.addEventListener('abort', left, { once: true });
    if (signal.aborted) left();
    stream.on('end', () => running.endInput());
    const take = ({ message }: ExecRequest) => {
      switch (message?.$case) {
        case 'input':
          stream.pause();
          void running.write(message.input).then(() => stream.resume());
          return;
        case 'inputEnd':
          running.endInput();
          return;
        case 'resize':
          running.resize(cells(message.resize.columns), cells(message.resize.rows));
          return;
        case 'signal':
          running.signal(signalName(message.signal));
          return;
        default:
          return;
      }
    };
    takeMessages(stream, { take, failed: reject });
  });
}

/** What ran the command is gone, and with it, most likely, its session. */
async function cutShort(
  sessionId: string,
  signal: AbortSignal,
  { registry }: ExecOptions,
): Promise<BerthError> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(END_MS)]);
  const over = await registry
    .until(sessionId, ({ state }) => isFinal(state), deadline)
    .catch(() => registry.get(sessionId));
  const values = { session: sessionId };
  return over && isFinal(over.state)
    ? new BerthError(
        'SESSION_ENDED',
        `session ${sessionId} ended while the command ran: it is ${over.state}`,
        {
          values,
        },
      )
    : new BerthError('EXEC_FAILED', `what ran the command in ${sessionId} was killed`, { values });
}
