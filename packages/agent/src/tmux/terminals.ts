/** Terminals of sessions, by tmux: the only module that spells tmux's arguments (pty/ apart). */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { safeText } from '@berth/shared/domain/text';
import { endMarker } from '../domain/end-marker.ts';
import type { SessionPaths, TerminalObservation, TerminalSpec, Terminals } from '../sessions/ports.ts';
import type { TmuxAssets } from './assets.ts';

export interface TmuxOptions extends TmuxAssets {
  readonly tmux: string;
}

/** The first pane of a server always has this id, whatever the user's base-index says. */
const PANE = '%0';
const CALL_MS = 10_000;
const SERVER_MS = 5000;
/** What tmux says when nobody listens on its socket; anything else means that it cannot be told. */
const NO_SERVER =
  /no server running|error connecting to .*\((No such file or directory|Connection refused)\)|server exited|lost server/;
/** Names that tmux knows; it would type any other as text. */
const KEY =
  /^(?:\^[@-_a-z]|(?:[CMS]-)*(?:[\x21-\x7e]|F(?:[1-9]|1[0-2])|Up|Down|Left|Right|Home|End|IC|Insert|DC|Delete|PgUp|PageUp|PPage|PgDn|PageDown|NPage|Enter|Escape|Space|Tab|BTab|BSpace))$/;
/** The first pane of a server: the main one, whatever the user's configuration counts from. */
const MAIN = '%0';
const FORMAT =
  '#{pane_id}|#{pane_dead}|#{pane_dead_status}|#{pane_dead_signal}|#{session_attached}|#{window_width}|#{window_height}|#{pane_pid}';

export function createTmuxTerminals(options: TmuxOptions): Terminals {
  const { tmux, wrapper, sink, configFile } = options;

  function call(paths: SessionPaths, args: readonly string[], input?: Uint8Array): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile(
        tmux,
        ['-N', '-S', paths.tmuxSocket, ...args],
        { cwd: paths.workspace, timeout: CALL_MS, maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' },
        (error, stdout, stderr) =>
          error ? reject(new TmuxError(stderr.trim() || error.message)) : resolve(stdout),
      );
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
    });
  }

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
    const main = panes.find(([id]) => id === MAIN) ?? [MAIN, '1', '', '', ...(panes[0]?.slice(4) ?? [])];
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

    async type(paths, { data, keys }) {
      const odd = keys.find((key) => !KEY.test(key));
      if (odd !== undefined) {
        throw new BerthError('ARGUMENT_INVALID', `unknown key ${safeText(odd)}`, {
          hint: 'keys have the names of tmux: Enter, Escape, C-c, Up, F1',
        });
      }
      // By way of a buffer: no limit on the length, and no byte has a meaning.
      const buffer = `berth-${randomUUID()}`;
      const load = ['load-buffer', '-b', buffer, '-', ';'];
      const paste = ['paste-buffer', '-d', '-r', '-b', buffer, '-t', MAIN];
      // A semicolon at the end would end tmux's command.
      const names = keys.map((key) => key.replace(/;$/, '\\;'));
      const press = ['send-keys', '-t', MAIN, '--', ...names];
      if (data.length > 0) await call(paths, [...load, ...paste], data);
      if (keys.length > 0) await call(paths, press);
    },

    async capture(paths, { screenOnly }) {
      const range = screenOnly ? [] : ['-S', '-'];
      const text = await call(paths, ['capture-pane', '-p', '-J', '-t', PANE, ...range]);
      const lines = safeText(text)
        .split('\n')
        .map((line) => line.trimEnd());
      while (lines.length > 0 && lines.at(-1) === '') lines.pop();
      return lines;
    },
  };
}

class TmuxError extends Error {
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

/** For the one place where tmux wants a shell line; it holds nothing but paths of our own. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
