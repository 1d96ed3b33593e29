/** Terminals of clients: `tmux attach` in a pty. The one home of node-pty. */
import { accessSync } from 'node:fs';
import path from 'node:path';
import type { AttachedPty, AttachSpec, Ptys } from '../sessions/ports.ts';

const FALLBACK_TERM = 'xterm-256color';
const TERMINFO = ['/usr/share/terminfo', '/lib/terminfo', '/etc/terminfo', '/usr/lib/terminfo'];

/** Loads node-pty, a native addon; rejects with what is missing where it was not compiled. */
export async function createPtys(options: { tmux: string; home: string }): Promise<Ptys> {
  const { spawn } = await import('node-pty');

  function attach(spec: AttachSpec): AttachedPty {
    const flags = spec.readOnly ? ['-f', 'read-only,ignore-size'] : [];
    const others = spec.detachOthers ? ['-d'] : [];
    // -N: an attach never starts a server. -E: the session's environment stays what it is.
    const attach = ['attach-session', '-E', '-t', `=${spec.on.name}`, ...others, ...flags];
    const server = spec.on.socket === null ? [] : ['-S', spec.on.socket];
    const args = ['-u', '-N', ...server, ...attach];
    // Where the user's own server is.
    const { TMUX_TMPDIR } = process.env;
    const pty = spawn(options.tmux, args, {
      name: knownTerm(spec.term, options.home),
      cols: spec.columns,
      rows: spec.rows,
      cwd: '/',
      env: {
        PATH: process.env.PATH ?? '/usr/bin:/bin',
        HOME: options.home,
        LANG: 'C.UTF-8',
        ...(TMUX_TMPDIR ? { TMUX_TMPDIR } : {}),
      },
      encoding: null,
    });
    let over = false;
    const listeners = { end: () => {} };
    pty.onExit(() => {
      over = true;
      // What was printed last may still be in the pipe when the exit is told.
      setImmediate(() => listeners.end());
    });
    return {
      tty: (pty as unknown as { readonly ptsName: string }).ptsName,
      write: (data) => {
        if (!over) pty.write(Buffer.from(data.buffer, data.byteOffset, data.length));
      },
      resize: (columns, rows) => {
        if (!over) pty.resize(columns, rows);
      },
      onData: (listener) => {
        // With encoding null the data are Buffers, whatever the type says.
        pty.onData((data) => listener(data as unknown as Uint8Array));
      },
      pause: () => pty.pause(),
      resume: () => pty.resume(),
      onEnd: (listener) => {
        listeners.end = listener;
        if (over) listener();
      },
      [Symbol.dispose]: () => {
        if (!over) pty.kill('SIGHUP');
        (pty as unknown as { destroy(): void }).destroy();
      },
    };
  }

  return { attach };
}

/** The client's TERM where this host can describe it, else one that every host can. */
function knownTerm(term: string, home: string): string {
  if (!/^[A-Za-z0-9.+_-]{1,64}$/.test(term)) return FALLBACK_TERM;
  const places = [...TERMINFO, path.join(home, '.terminfo')];
  const found = places.some((place) => {
    try {
      accessSync(path.join(place, term.charAt(0), term));
      return true;
    } catch {
      return false;
    }
  });
  return found ? term : FALLBACK_TERM;
}
