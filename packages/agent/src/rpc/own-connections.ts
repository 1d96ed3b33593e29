/**
 * Connections to the agent's socket that carry the bytes of one program and no gRPC. A call that is
 * under way expects one by a name that it alone told its caller; the connection begins with that name.
 * So identity, errors and cancelling stay with the call, and what is large passes by this process.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { BerthError } from '@berth/shared/domain/berth-error';
import { CONNECTION_PREFIX } from '@berth/shared/wire/own-connection';

/** From the moment that its name is told until it is there. */
const LONGEST_MS = 10_000;
const NAME_BYTES = 16;
const LINE_BYTES = Buffer.byteLength(CONNECTION_PREFIX) + 2 * NAME_BYTES + 1;

export interface Expected {
  readonly name: string;
  /** Not read from since its first line. Throws HOST_UNREACHABLE where it never comes. */
  readonly arrives: Promise<Socket>;
}

interface Taker {
  readonly take: (connection: Socket) => void;
  readonly speaksFirst: boolean;
}

export class OwnConnections {
  readonly #expected = new Map<string, Taker>();
  /** Connections that have not spoken yet, and what greets them. */
  readonly #silent = new Map<Socket, () => void>();

  /** `speaksFirst`: whoever comes may say more than its line before anybody has answered. */
  expect(signal: AbortSignal, { speaksFirst = false } = {}): Expected {
    const name = randomBytes(NAME_BYTES).toString('hex');
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const late = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
    const over = () => {
      const message = 'the connection that was to carry the bytes did not come';
      reject(new BerthError('HOST_UNREACHABLE', message));
      this.#settle(name);
    };
    late.addEventListener('abort', over, { once: true });
    const take = (connection: Socket) => {
      late.removeEventListener('abort', over);
      resolve(connection);
    };
    this.#expected.set(name, { take, speaksFirst });
    if (late.aborted) over();
    return { name, arrives: promise };
  }

  /**
   * Tells by its first bytes what a new connection is. `greet` makes it one of gRPC, whose server
   * speaks first: that waits only while a connection is expected.
   */
  sort(connection: Socket, greet: () => void): void {
    if (this.#expected.size === 0) {
      greet();
      return;
    }
    let head = Buffer.alloc(0);
    const look = () => {
      const more: Buffer | null = connection.read();
      if (more === null) return;
      head = Buffer.concat([head, more]);
      const line = head.toString('latin1');
      if (!CONNECTION_PREFIX.startsWith(line.slice(0, CONNECTION_PREFIX.length))) this.#greet(connection);
      else if (head.length >= LINE_BYTES) {
        connection.off('readable', look);
        this.#take(connection, head);
      }
    };
    this.#silent.set(connection, () => {
      connection.off('readable', look);
      if (head.length > 0) connection.unshift(head);
      greet();
    });
    connection.once('close', () => this.#silent.delete(connection));
    connection.on('readable', look);
  }

  /** `head` is all that has come: who says more before git has spoken is none of ours. */
  #take(connection: Socket, head: Buffer): void {
    const line = head.toString('latin1', 0, LINE_BYTES);
    const name = line.slice(CONNECTION_PREFIX.length, -1);
    const expected = this.#expected.get(name);
    const more = head.subarray(LINE_BYTES);
    this.#silent.delete(connection);
    if (!expected || !line.endsWith('\n') || (more.length > 0 && !expected.speaksFirst)) connection.destroy();
    else {
      if (more.length > 0) connection.unshift(more);
      expected.take(connection);
    }
    this.#settle(name);
  }

  /** No longer expected. */
  #settle(name: string): void {
    this.#expected.delete(name);
    if (this.#expected.size === 0) for (const connection of [...this.#silent.keys()]) this.#greet(connection);
  }

  #greet(connection: Socket): void {
    const greet = this.#silent.get(connection);
    this.#silent.delete(connection);
    greet?.();
  }
}
