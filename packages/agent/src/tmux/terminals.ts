/** Terminals of sessions, by tmux. Only this folder (and pty/) spells tmux's arguments. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { endMarker } from '../domain/end-marker.ts';
import type { SessionPaths, TerminalObservation, TerminalSpec, Terminals } from '../sessions/ports.ts';
import type { TmuxAssets } from './assets.ts';
import { PANE, TmuxError, tmuxCall } from './call.ts';
import { paneOf } from './pane.ts';

export interface TmuxOptions extends Omit<TmuxAssets, 'runner'> {
  readonly tmux: string;
}

const SERVER_MS = 5000;
const FORMAT =
  '#{pane_id}|#{pane_dead}|#{pane_dead_status}|#{pane_dead_signal}|#{session_attached}|#{window_width}|#{window_height}|#{pane_pid}';

export function createTmuxTerminals(options: TmuxOptions): Terminals {
  const { tmux, wrapper, sink, configFile } = options;

  const call = tmuxCall(tmux);

  async function observe(paths: SessionPaths): Promise<TerminalObservation | null> {
    let answer: string;
    try {
      answer = await call(paths, ['list-panes', '-t', PANE, '-F', FORMAT]);
    } catch (error) {
      if (error instanceof TmuxError && (error.noServer || error.noTarget)) return null;
      throw error;
    }
    const panes = answer.split('\n').map((line) => line.split('|'));
    // Closed by hand while other panes live on: as dead as can be.
    const main = panes.find(([id]) => id === PANE) ?? [PANE, '1', '', '', ...(panes[0]?.slice(4) ?? [])];
    const [, dead, status, signal, attached, columns, rows, pid] = main;
    return {
      attachedClients: Number(attached),
      columns: Number(columns),
      rows: Number(rows),
      dead: dead === '1',
      pid: dead === '1' || !pid ? null : Number(pid),
      deadStatus: signal ? 128 + Number(signal) : status ? Number(status) : null,
    };
  }

  async function open({ paths, columns, rows }: TerminalSpec): Promise<number | null> {
    await serverAnswers(paths);
    const there = await observe(paths);
    if (there) return there.pid;
    const sessionId = paths.directory.slice(paths.directory.lastIndexOf('/') + 1);
    // One client call: the server runs both commands before it reads the terminal, so the
    // transcript has the first byte. With two arguments or more no shell sees the command. The
    // workspace is the client's own directory: -c would expand formats in it, as pipe-pane does.
    const size = ['-x', String(columns), '-y', String(rows)];
    const command = ['/bin/bash', wrapper, paths.directory, paths.envFile, endMarker(sessionId)];
    const record = `exec /bin/sh ${quoted(sink)} ${quoted(paths.directory)}`.replace(/[#%]/g, '$&$&');
    const pid = await call(paths, [
      ...['new-session', '-d', '-P', '-F', '#{pane_pid}', '-s', 'main', ...size, '--', ...command, ';'],
      ...['pipe-pane', '-t', PANE, record],
    ]);
    return Number.parseInt(pid, 10) || null;
  }

  /** The server is started by others; its socket appears a moment later. */
  async function serverAnswers(paths: SessionPaths): Promise<void> {
    const deadline = performance.now() + SERVER_MS;
    for (let pause = 2; ; pause = Math.min(pause * 2, 100)) {
      try {
        // Answers without a session, too.
        await call(paths, ['show-options', '-g', 'status']);
        return;
      } catch (error) {
        if (!(error instanceof TmuxError) || !error.noServer) throw error;
        if (performance.now() > deadline) {
          const message = `the terminal's server did not answer within ${SERVER_MS} ms: ${error.message}`;
          throw new BerthError('SESSION_START_FAILED', message, { cause: error });
        }
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  return {
    server: (paths) => ({
      argv: [tmux, '-u', '-D', '-S', paths.tmuxSocket, '-f', configFile],
      env: { LANG: 'C.UTF-8' },
    }),
    open,
    observe,

    async detachAll(paths) {
      // Its own server has that one session.
      const clients = (await call(paths, ['list-clients', '-F', '#{client_name}']))
        .split('\n')
        .filter(Boolean);
      if (clients.length > 0) await call(paths, ['detach-client', '-s', '=main']);
      return clients.length;
    },

    type: (paths, input) => paneOf((args, data) => call(paths, args, data), PANE).type(input),
    capture: (paths, options) => paneOf((args) => call(paths, args), PANE).capture(options),
  };
}

/** For the one place where tmux wants a shell line; it holds nothing but paths of our own. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
