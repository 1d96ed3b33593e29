/** The flags of `berth forward`: one look at each. More of them in forward.test.ts. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect } from 'vitest';
import type { Sandbox } from '../../support/sandbox.ts';

/** `name`: a session that runs, and listens on nothing. */
export function forwardFlags(sandbox: () => Sandbox, name: string): Record<string, () => Promise<void>> {
  const forward = (...args: string[]) => sandbox().berth(['forward', ...args]);
  const misused = async (...args: string[]) => expect((await forward(...args)).code).toBe(2);
  return {
    'forward --any': async () => {
      const server = createServer((socket) => socket.end('of the host')).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const { stdout } = await forward('--any', '-b', name, String(port));
      const [said] = await once(connect(Number(/localhost:(\d+)/.exec(stdout)?.[1])), 'data');
      expect(String(said)).toBe('of the host');
      expect((await forward('--close', name, String(port))).code).toBe(0);
      server.close();
      await misused('--any', name);
    },
    'forward --background': async () => {
      expect(await forward('--background', name, '1')).toMatchObject({ code: 0 });
      expect(await forward('--close', name, '1')).toMatchObject({ code: 0 });
      await misused('--background');
    },
    'forward --list': async () => {
      expect((await forward('--list', 'nowhere')).code).toBe(4);
      await misused('--list', '--close');
    },
    'forward --close': async () => {
      expect((await forward('--close', 'nowhere')).code).toBe(4);
      await misused('--close', '--any', name);
    },
  };
}
