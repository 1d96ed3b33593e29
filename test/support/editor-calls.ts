/** EditorService of an agent, and connections by PortService: what a proxy of the client does. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import type { EditorSnapshot } from '@berth/shared/domain/editor';
import {
  EditorServiceClient,
  GetEditorRequest,
  OpenEditorRequest,
  type OpenEditorResponse,
  StopEditorRequest,
} from '@berth/shared/gen/berth/v1/editor';
import {
  type DialRequest,
  type DialResponse,
  type ListPortsResponse,
  PortServiceClient,
} from '@berth/shared/gen/berth/v1/port';
import { decodeEditor } from '@berth/shared/wire/editor';
import { connectionLine } from '@berth/shared/wire/own-connection';
import { type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js';
import { toBerthError } from '../../packages/client/src/rpc/errors.ts';

/**
 * Resolves once the agent says that it is there; rejects with its BerthError. `own`: the bytes go over a
 * connection of their own.
 */
export async function dialEditor(socket: string, session: string, { own = false } = {}): Promise<Duplex> {
  const client = new PortServiceClient(`unix:${socket}`, credentials.createInsecure());
  const call: ClientDuplexStream<DialRequest, DialResponse> = client.dial();
  const opened = Promise.withResolvers<string>();
  const { promise: over, resolve: ended } = Promise.withResolvers<void>();
  call.on('status', () => {
    ended();
    client.close();
  });
  const connection = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      call.write({ message: { $case: 'data', data: chunk } }, () => done());
    },
    final(done) {
      call.write({ message: { $case: 'end', end: {} } });
      done();
    },
    destroy(_error, done) {
      // Who leaves says so, and hears the other side leave.
      call.end();
      const late = setTimeout(() => call.cancel(), 1000);
      over.finally(() => clearTimeout(late));
      done(null);
    },
  });
  call.on('data', ({ message }: DialResponse) => {
    if (message?.$case === 'opened') opened.resolve(message.opened.connection);
    if (message?.$case === 'data') connection.push(message.data);
    if (message?.$case === 'end') connection.push(null);
  });
  call.on('error', (error) => {
    opened.reject(toBerthError(error, 'local'));
    connection.destroy();
  });
  call.on('end', () => connection.destroy());
  call.write({
    message: {
      $case: 'open',
      open: { session, target: { $case: 'editor', editor: {} }, ownConnection: own },
    },
  });
  const name = await opened.promise;
  if (name === '') return connection;
  const bytes = connect({ path: socket, allowHalfOpen: true });
  bytes.write(connectionLine(name));
  await once(bytes, 'readable');
  bytes.read(connectionLine(name).length);
  bytes.on('finish', () => call.end());
  return bytes;
}

export async function listPorts(socket: string, session: string): Promise<ListPortsResponse['ports']> {
  const client = new PortServiceClient(`unix:${socket}`, credentials.createInsecure());
  try {
    return await new Promise((resolve, reject) =>
      client.listPorts({ session }, (error, response) => (error ? reject(error) : resolve(response.ports))),
    );
  } finally {
    client.close();
  }
}

/** One page of the editor, redirects not followed. */
export async function editorPage(
  socket: string,
  session: string,
  path: string,
): Promise<{ status: number; location: string; body: string }> {
  const connection = await dialEditor(socket, session);
  try {
    return await new Promise((resolve, reject) => {
      const agent = new Agent();
      agent.createConnection = () => connection;
      const asked = request({ agent, path, headers: { host: 'editor' } }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        const { statusCode: status = 0, headers } = response;
        response.on('end', () => resolve({ status, location: headers.location ?? '', body }));
      });
      asked.on('error', reject);
      asked.end();
    });
  } finally {
    connection.destroy();
  }
}

export function editorCalls(socket: string) {
  type Answer = (error: ServiceError | null, response: OpenEditorResponse) => void;
  async function call(
    ask: (client: EditorServiceClient, answer: Answer) => unknown,
  ): Promise<EditorSnapshot> {
    const client = new EditorServiceClient(`unix:${socket}`, credentials.createInsecure());
    try {
      const { editor } = await new Promise<OpenEditorResponse>((resolve, reject) =>
        ask(client, (error, response) => (error ? reject(toBerthError(error, 'local')) : resolve(response))),
      );
      if (!editor) throw new Error('the agent answered without an editor');
      return decodeEditor(editor);
    } finally {
      client.close();
    }
  }
  return {
    open: (request: Parameters<typeof OpenEditorRequest.fromPartial>[0]) =>
      call((client, done) =>
        client.openEditor(OpenEditorRequest.fromPartial({ requestId: randomUUID(), ...request }), done),
      ),
    stop: (session: string) =>
      call((client, done) =>
        client.stopEditor(StopEditorRequest.fromPartial({ requestId: randomUUID(), session }), done),
      ),
    get: (session: string) =>
      call((client, done) => client.getEditor(GetEditorRequest.fromPartial({ session }), done)),
  };
}
