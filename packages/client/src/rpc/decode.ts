/** Messages of streams off the wire, as the client's domain types. */
import type { WatchResponse } from '@berth/shared/gen/berth/v1/event';
import {
  AttachEndReason,
  type AttachResponse,
  type ExecResponse,
  type ReadOutputResponse,
} from '@berth/shared/gen/berth/v1/terminal';
import { decodeEvent } from '@berth/shared/wire/event';
import { fromDate, toBytes } from '@berth/shared/wire/scalar';
import { decodeSession } from '@berth/shared/wire/session';
import type { AttachMessage, ExecMessage, OutputChunk, WatchMessage } from './host-client.ts';

export function decodeChunk(message: ReadOutputResponse): OutputChunk {
  return {
    offset: toBytes(message.offset),
    data: message.data,
    truncatedBytes: toBytes(message.truncatedBytes),
    ended: message.ended ? decodeSession(message.ended) : null,
  };
}

/** Null for a message that this version does not know. */
export function decodeWatch({ message }: WatchResponse): WatchMessage | null {
  switch (message?.$case) {
    case 'opened': {
      const { journalId, oldest, newest, oldestAt } = message.opened;
      const range = { oldest: toBytes(oldest), newest: toBytes(newest), oldestAt: fromDate(oldestAt) };
      return { kind: 'opened', journalId, ...range };
    }
    case 'event':
      return { kind: 'event', event: decodeEvent(message.event) };
    default:
      return null;
  }
}

export async function* attachMessages(source: AsyncIterable<AttachResponse>): AsyncGenerator<AttachMessage> {
  for await (const { message } of source) {
    switch (message?.$case) {
      case 'opened': {
        const { session, inputOffset } = message.opened;
        if (session)
          yield { kind: 'opened', session: decodeSession(session), inputOffset: toBytes(inputOffset) };
        break;
      }
      case 'output':
        yield { kind: 'output', data: message.output };
        break;
      case 'inputAcknowledged':
        yield { kind: 'acknowledged', inputOffset: toBytes(message.inputAcknowledged) };
        break;
      case 'ended': {
        const { session, reason } = message.ended;
        const why = reason === AttachEndReason.SESSION_ENDED ? 'session-ended' : 'detached';
        if (session) yield { kind: 'ended', reason: why, session: decodeSession(session) };
        break;
      }
      default:
        break;
    }
  }
}

export async function* execMessages(source: AsyncIterable<ExecResponse>): AsyncGenerator<ExecMessage> {
  for await (const { message } of source) {
    switch (message?.$case) {
      case 'opened':
        if (message.opened.session) yield { kind: 'opened', session: decodeSession(message.opened.session) };
        break;
      case 'stdout':
        yield { kind: 'stdout', data: message.stdout };
        break;
      case 'stderr':
        yield { kind: 'stderr', data: message.stderr };
        break;
      case 'ended':
        yield { kind: 'ended', exitCode: message.ended.exitCode };
        break;
      default:
        break;
    }
  }
}
