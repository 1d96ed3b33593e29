/** The sessions of the user's own tmux server: those that Berth did not start. Nothing of it is configured. */
import type { UserTmux } from '../sessions/external-port.ts';
import { callTmux, TmuxError } from './call.ts';
import { notifyClient, paneOf } from './pane.ts';

const CALL_MS = 10_000;
/** Lists wait for it. */
const NAMES_MS = 1000;

export function createUserTmux(tmux: string): UserTmux {
  const callWithin = (timeout: number) => (args: readonly string[], input?: Uint8Array) => {
    const { TMUX: _inside, ...env } = process.env;
    return callTmux([tmux, '-N', ...args], { env, timeout }, input);
  };
  const call = callWithin(CALL_MS);
  const paneIn = (name: string) => paneOf(call, `=${name}:`);
  return {
    async names() {
      try {
        const answer = await callWithin(NAMES_MS)(['list-sessions', '-F', '#{session_name}']);
        return new Set(answer.split('\n').filter((name) => name !== ''));
      } catch (error) {
        if (error instanceof TmuxError && error.noServer) return new Set();
        throw error;
      }
    },
    type: (name, input) => paneIn(name).type(input),
    capture: (name, options) => paneIn(name).capture(options),
    look: (name) => paneIn(name).look(),
    hidesTyping: (name) => paneIn(name).hidesTyping(),
    async detachAll(name) {
      const clients = await call(['list-clients', '-t', `=${name}`, '-F', '#{client_name}']);
      const count = clients.split('\n').filter(Boolean).length;
      if (count > 0) await call(['detach-client', '-s', `=${name}`]);
      return count;
    },
    notify: (notice) => notifyClient(call, notice),
    async end(name) {
      try {
        await call(['kill-session', '-t', `=${name}`]);
      } catch (error) {
        if (!(error instanceof TmuxError) || !(error.noServer || error.noTarget)) throw error;
      }
    },
  };
}
