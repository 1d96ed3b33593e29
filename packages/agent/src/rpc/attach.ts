/** TerminalService.Attach: a client's terminal <-> a pty that runs `tmux attach`. */

import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import { TypingDetector } from '@berth/shared/domain/typing';
import {
  AttachEndReason,
  type AttachOpen,
  type AttachRequest,
  type AttachResponse,
} from '@berth/shared/gen/berth/v1/terminal';
import { toBytes } from '@berth/shared/wire/scalar';
import { encodeSession } from '@berth/shared/wire/session';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { type AttachableOptions, attachable } from '../sessions/attachable.ts';
import type { Attachment, Attachments } from '../sessions/attachments.ts';
import type { Wrapper } from './handler.ts';
import { cells, firstMessage, takeMessages } from './opening.ts';

type Stream = ServerDuplexStream<AttachRequest, AttachResponse>;

export interface AttachOptions extends AttachableOptions {
  readonly wrap: Wrapper;
  readonly attachments: Attachments;
}

/** A notice stands for so long, or until a key: tmux holds the terminal still meanwhile. */
const NOTICE_MS = 4000;
const NOTICE_LONGEST = 200;

export function attachHandler(options: AttachOptions) {
  return options.wrap.bidi('Attach', (stream: Stream, { signal }) => serve(stream, signal, options));
}

async function serve(stream: Stream, signal: AbortSignal, options: AttachOptions): Promise<void> {
  const open = await attachOpen(stream, signal);
  const subject = await attachable(open.session, options);
  const snapshot = encodeSession(await subject.snapshot());
  // From here to the pump there is no await: the terminal paints at once, and nobody else listens.
  using attachment = options.attachments.open(subject.id, open.attachId, {
    on: subject.on,
    columns: open.columns || 120,
    rows: open.rows || 36,
    term: open.term || 'xterm-256color',
    readOnly: open.readOnly,
    detachOthers: open.detachOthers,
  });
  const inputOffset = BigInt(attachment.typed);
  send(stream, { message: { $case: 'opened', opened: { session: snapshot, inputOffset } } });
  const notify = (text: string) => {
    const shown = [...oneLine(text)].slice(0, NOTICE_LONGEST).join('');
    // A courtesy: where it cannot be shown nothing else is the worse for it.
    if (shown) void subject.notify({ tty: attachment.pty.tty, text: shown, ms: NOTICE_MS }).catch(() => {});
  };
  const typed = () => subject.typed();
  const end = await pump(stream, signal, { attachment, readOnly: open.readOnly, typed, notify });
  if (end === 'link' || signal.aborted) return;
  if (end === 'detach') attachment.forget();
  else attachment.ended();
  const last = end === 'detach' ? await subject.snapshot() : await subject.ended(signal);
  const reason = isFinal(last.state) ? AttachEndReason.SESSION_ENDED : AttachEndReason.DETACHED;
  send(stream, { message: { $case: 'ended', ended: { reason, session: encodeSession(last) } } });
}

/** What ended an attach. After `link` the caller may come back under the same attach id. */
type AttachEnd = 'detach' | 'link' | 'terminal';

/** Moves bytes both ways until one side is done. */
function pump(
  stream: Stream,
  signal: AbortSignal,
  options: { attachment: Attachment; readOnly: boolean; typed: () => void; notify: (text: string) => void },
): Promise<AttachEnd> {
  const { attachment, readOnly, typed, notify } = options;
  const { pty } = attachment;
  const typing = new TypingDetector();
  return new Promise((resolve, reject) => {
    pty.onData((data) => {
      const output = Buffer.from(data.buffer, data.byteOffset, data.length);
      if (send(stream, { message: { $case: 'output', output } })) return;
      pty.pause();
      stream.once('drain', () => pty.resume());
    });
    pty.onEnd(() => resolve('terminal'));
    signal.addEventListener('abort', () => resolve('link'), { once: true });
    stream.on('end', () => resolve('link'));
    const take = ({ message }: AttachRequest) => {
      switch (message?.$case) {
        case 'input': {
          if (readOnly) throw new BerthError('READ_ONLY', 'this terminal is attached read-only');
          const { offset, data } = message.input;
          // What a terminal sends by itself (it got the focus, say) is nobody's answer.
          if (typing.push(data)) typed();
          if (!attachment.type(toBytes(offset), data)) {
            throw new BerthError('ARGUMENT_INVALID', 'typed bytes are missing before this input');
          }
          const inputAcknowledged = BigInt(attachment.typed);
          send(stream, { message: { $case: 'inputAcknowledged', inputAcknowledged } });
          return;
        }
        case 'resize':
          pty.resize(cells(message.resize.columns), cells(message.resize.rows));
          return;
        case 'detach':
          resolve('detach');
          return;
        case 'notice':
          notify(message.notice.text);
          return;
        default:
          return;
      }
    };
    takeMessages(stream, { take, failed: reject });
  });
}

/** The first message, which must open the terminal. */
async function attachOpen(stream: Stream, signal: AbortSignal): Promise<AttachOpen> {
  const first = await firstMessage(stream, signal);
  if (first?.message?.$case !== 'open') {
    throw new BerthError('ARGUMENT_INVALID', 'the first message of an attach must open it');
  }
  const { open } = first.message;
  if (!/^[A-Za-z0-9-]{1,64}$/.test(open.attachId)) {
    throw new BerthError('ARGUMENT_INVALID', 'the attach id must be 1 to 64 letters, digits and dashes');
  }
  return open;
}

function send(stream: Stream, message: AttachResponse): boolean {
  return stream.write(message);
}
