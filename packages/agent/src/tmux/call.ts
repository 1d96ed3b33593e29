/** One call of tmux to the server of a session, and what it says when it fails. */
import { execFile } from 'node:child_process';
import type { SessionPaths } from '../sessions/ports.ts';

/** The first pane of a server always has this id, whatever the user's base-index says. */
export const PANE = '%0';

const CALL_MS = 10_000;
/** What tmux says when nobody listens on its socket; anything else means that it cannot be told. */
const NO_SERVER =
  /no server running|error connecting to .*\((No such file or directory|Connection refused)\)|server exited|lost server/;

/** Resolves with what tmux printed; rejects with a TmuxError. Never starts a server. */
export type TmuxCall = (
  paths: SessionPaths,
  args: readonly string[],
  input?: Uint8Array | undefined,
) => Promise<string>;

export function tmuxCall(tmux: string): TmuxCall {
  return (paths, args, input) =>
    callTmux(
      [tmux, '-N', '-S', paths.tmuxSocket, ...args],
      // A session works where its first client stood. Later its workspace may be gone, and it is ended all the same.
      { cwd: args[0] === 'new-session' ? paths.workspace : paths.directory, timeout: CALL_MS },
      input,
    );
}

/** Runs tmux; `timeout` in ms. Resolves with what it printed; rejects with a TmuxError. */
export function callTmux(
  [program = '', ...args]: readonly string[],
  options: { readonly timeout: number; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
  input?: Uint8Array | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { ...options, maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' },
      (error, stdout, stderr) =>
        error ? reject(new TmuxError(stderr.trim() || error.message)) : resolve(stdout),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

export class TmuxError extends Error {
  constructor(message: string) {
    super(`tmux: ${message}`);
  }

  get noServer(): boolean {
    return NO_SERVER.test(this.message);
  }

  get noTarget(): boolean {
    return /can't find (?:session|window|pane)|no sessions|no current/.test(this.message);
  }
}
