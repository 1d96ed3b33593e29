/** Connections to what sessions listen on: the calls of HostClient that are PortService's. */
import type { DialRequest, DialResponse, DialOpen as WireOpen } from '@berth/shared/gen/berth/v1/port';
import type { Channel, Stubs, Unary } from './channel.ts';
import { duplex } from './duplex.ts';
import type { DialMessage, DialOpen, HostClient } from './host-client.ts';

export function portCalls(channel: Channel): Pick<HostClient, 'listPorts' | 'dial'> {
  return {
    async listPorts(session, o) {
      type Answer = { ports: Awaited<ReturnType<HostClient['listPorts']>> };
      const call = ({ port }: Stubs) =>
        port.listPorts.bind(port) as Unary<object, unknown> as Unary<object, Answer>;
      return (await channel.unary(call, { session }, o)).ports;
    },
    dial(open, signal) {
      const first: DialRequest = { message: { $case: 'open', open: encodeOpen(open) } };
      const call = duplex<DialRequest, DialResponse>(channel, (stubs, sent) => stubs.port.dial(sent), {
        first,
        signal,
      });
      return {
        messages: decodeMessages(call.messages),
        write: (data) =>
          call.send({
            message: { $case: 'data', data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) },
          }),
        end: () => call.end(),
      };
    },
  };
}

function encodeOpen(open: DialOpen): WireOpen {
  const { session } = open;
  if ('editor' in open) return { session, target: { $case: 'editor', editor: {} } };
  const { port, anyProcess } = open;
  return { session, target: { $case: 'port', port: { port, anyProcess } } };
}

async function* decodeMessages(messages: AsyncIterable<DialResponse>): AsyncGenerator<DialMessage> {
  for await (const { message } of messages) {
    switch (message?.$case) {
      case 'data':
        yield { kind: 'data', data: message.data };
        break;
      case 'opened':
      case 'end':
        yield { kind: message.$case };
        break;
      default:
        break;
    }
  }
}
