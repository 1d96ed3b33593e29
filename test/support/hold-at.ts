/** Holds an agent at named points in its code: see BERTHD_TEST_HOOKS in packages/agent/src/hooks.ts. */
import { createServer } from 'node:net';

/** Holds the program at each named point until `onPoint` is done; only the first time for each. */
export async function holdAt(socket: string, onPoint: (point: string) => Promise<void>) {
  const seen = new Set<string>();
  const server = createServer((connection) => {
    connection.on('error', () => {});
    connection.once('data', async (line) => {
      const point = String(line).trim();
      const isFirst = !seen.has(point);
      seen.add(point);
      if (isFirst) await onPoint(point);
      connection.end('go\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { seen, [Symbol.dispose]: () => server.close() };
}
