/** Before the tests of what a browser shows: the real code-server is there. */
import { ensureCodeServer } from './code-server.ts';

export default async function setup(): Promise<void> {
  await ensureCodeServer();
}
