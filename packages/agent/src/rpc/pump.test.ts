import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { connectionLine } from '@berth/shared/wire/own-connection';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DialCall, splice } from './pump.ts';

let directory: string;
let server: Server;
const open: Socket[] = [];
beforeEach(async () => {
  directory = mkdtempSync('/tmp/bpu-');
  server = createServer();
  server.listen(join(directory, 'socket'));
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await once(server.close(), 'close');
  rmSync(directory, { recursive: true, force: true });
});

async function pair(): Promise<[Socket, Socket]> {
  const one = connect({ path: join(directory, 'socket'), allowHalfOpen: true });
  const [other] = (await once(server, 'connection')) as [Socket];
  open.push(one, other);
  for (const socket of [one, other]) socket.on('error', () => {});
  return [one, other];
}

/** The caller's end of the connection, and the server of a session that it is spliced to. */
async function spliced() {
  const [caller, own] = await pair();
  const [connection, session] = await pair();
  session.allowHalfOpen = true;
  const call = new PassThrough({ objectMode: true });
  const said: unknown[] = [];
  const stream = Object.assign(call, { write: (message: unknown) => said.push(message) });
  const leaving = new AbortController();
  const named = { own, name: 'abc', connection };
  const over = splice(stream as unknown as DialCall, named, leaving.signal);
  expect(String((await once(caller, 'data'))[0])).toBe(connectionLine('abc'));
  return { caller, own, session, connection, call, leaving, said, over, leave: () => call.push(null) };
}

test('bytes go both ways, and an end that is said is one', async () => {
  const { caller, session, over, said, leave } = await spliced();
  caller.write('asked');
  expect(String((await once(session, 'data'))[0])).toBe('asked');
  caller.end();
  leave();
  await once(session, 'end');
  session.end('answered');
  expect(String((await once(caller, 'data'))[0])).toBe('answered');
  await once(caller, 'end');
  await over;
  expect(said).toEqual([{ message: { $case: 'end', end: {} } }]);
});

test('an end that is only seen is none until it is said', async () => {
  const { caller, own, session, connection, leave } = await spliced();
  caller.end();
  await once(own, 'end');
  expect(connection.writableEnded).toBe(false);
  leave();
  session.resume();
  await once(session, 'end');
});

test('of a link that is lost nobody has left, though both ends are seen', async () => {
  const { caller, own, call, connection, leaving, over, leave } = await spliced();
  caller.end();
  await once(own, 'end');
  leave();
  call.once('end', () => leaving.abort());
  await over;
  expect(connection.writableEnded).toBe(false);
});

test('a connection that breaks alone breaks the other', async () => {
  const { caller, connection, over } = await spliced();
  caller.resume();
  connection.destroy(new Error('ECONNRESET'));
  await expect(over).rejects.toMatchObject({ reason: 'PORT_CLOSED' });
  await once(caller, 'end');
});

test('a connection that broke before is told as broken', async () => {
  const [, own] = await pair();
  const [connection] = await pair();
  connection.destroy(new Error('ECONNRESET'));
  await new Promise((resolve) => connection.once('close', resolve));
  const call = Object.assign(new PassThrough({ objectMode: true }), { write: () => true });
  const over = splice(
    call as unknown as DialCall,
    { own, name: 'abc', connection },
    new AbortController().signal,
  );
  await expect(over).rejects.toMatchObject({ reason: 'PORT_CLOSED' });
});
