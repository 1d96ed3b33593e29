/** What the terminals of sessions show, and whether they show what is typed. */
import type { Screens, SessionPaths } from '../sessions/ports.ts';
import { PANE, tmuxCall } from './call.ts';
import { notifyClient, paneOf } from './pane.ts';

export function createTmuxScreens({ tmux }: { readonly tmux: string }): Screens {
  const call = tmuxCall(tmux);
  const toServer = (paths: SessionPaths) => (args: readonly string[], input?: Uint8Array) =>
    call(paths, args, input);
  return {
    look: (paths) => paneOf(toServer(paths), PANE).look(),
    hidesTyping: (paths) => paneOf(toServer(paths), PANE).hidesTyping(),
    notify: (paths, notice) => notifyClient(toServer(paths), notice),
  };
}
