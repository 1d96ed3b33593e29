/** The calls of HostClient that are streams: output, terminals, commands, files and git's own bytes. */
import type {
  AttachRequest,
  AttachResponse,
  ExecRequest,
  ExecResponse,
} from '@berth/shared/gen/berth/v1/terminal';
import type { DownloadResponse } from '@berth/shared/gen/berth/v1/workspace';
import type { Metadata } from '@grpc/grpc-js';
import type { Channel, Stubs } from './channel.ts';
import { attachMessages, decodeChunk, execMessages } from './decode.ts';
import { duplex } from './duplex.ts';
import { dataOf, gitStreams } from './git-streams.ts';
import type { HostClient } from './host-client.ts';
import type { Way } from './own-connection.ts';

type StreamCalls = Pick<
  HostClient,
  'push' | 'pull' | 'download' | 'upload' | 'exec' | 'readOutput' | 'attach'
>;

export function streamCalls(channel: Channel, way: Way): StreamCalls {
  return {
    ...gitStreams(channel, way),
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
  };
}
