/**
 * `<state>/agent.json`: where the agent listens and how to reach it without forwarding. Clients
 * that come by ssh read it, since sshd may not tell them XDG_RUNTIME_DIR.
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { VERSION } from '@berth/shared/domain/version';

export async function announce(options: {
  stateDirectory: string;
  socket: string;
  program: readonly string[];
  /** The socket outlives the agent: whoever comes meanwhile waits in it. */
  stays: boolean;
}): Promise<AsyncDisposable> {
  const file = path.join(options.stateDirectory, 'agent.json');
  const temporary = `${file}.new`;
  const dial = [...options.program, 'dial-stdio', '--runtime-dir', path.dirname(options.socket)];
  const text = JSON.stringify({ socket: options.socket, dial, pid: process.pid, version: VERSION });
  await writeFile(temporary, `${text}\n`, { mode: 0o600 });
  await rename(temporary, file);
  return { [Symbol.asyncDispose]: async () => (options.stays ? undefined : await rm(file, { force: true })) };
}
