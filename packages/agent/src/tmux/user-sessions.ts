/** The sessions of the user's own tmux server: those that Berth did not start. */
import { execFile } from 'node:child_process';
import type { UserTmux } from '../sessions/external-port.ts';

const CALL_MS = 1000;
const NO_SERVER = /no server running|error connecting to|server exited|lost server/;

export function createUserTmux(tmux: string): UserTmux {
  return {
    names() {
      const { TMUX: _inside, ...env } = process.env;
      return new Promise((resolve, reject) => {
        execFile(
          tmux,
          ['-N', 'list-sessions', '-F', '#{session_name}'],
          { env, timeout: CALL_MS },
          (error, stdout, stderr) => {
            if (!error) resolve(new Set(stdout.split('\n').filter((name) => name !== '')));
            else if (NO_SERVER.test(stderr)) resolve(new Set());
            else reject(new Error(stderr.trim() || error.message));
          },
        );
      });
    },
  };
}
