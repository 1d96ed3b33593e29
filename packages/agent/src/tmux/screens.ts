/** What the terminals of sessions show, and whether they show what is typed. */
import { execFile } from 'node:child_process';
import type { Screens } from '../sessions/ports.ts';
import { PANE, tmuxCall } from './call.ts';

const STTY_MS = 2000;

export function createTmuxScreens({ tmux }: { readonly tmux: string }): Screens {
  const call = tmuxCall(tmux);
  return {
    async look(paths) {
      const cursor = ['display-message', '-p', '-t', PANE, '#{cursor_x},#{cursor_y},#{alternate_on}', ';'];
      const text = await call(paths, [...cursor, 'capture-pane', '-p', '-J', '-t', PANE]);
      const [first = '', ...lines] = text.split('\n');
      return { cursor: first, lines };
    },

    async hidesTyping(paths) {
      const tty = (await call(paths, ['display-message', '-p', '-t', PANE, '#{pane_tty}'])).trim();
      const words = (await stty(tty)).split(/[\s;]+/);
      return words.includes('icanon') && words.includes('-echo');
    },

    async notify(paths, { tty, text, ms }) {
      await call(paths, ['display-message', '-c', tty, '-d', String(ms), '--', plain(text)]);
    },
  };
}

/**
 * Text that tmux shows as it is: formats (`#{…}`, `#(…)`, `#[…]`) and those of strftime do not
 * expand. Newer versions read styles again when they draw, so `#[` is taken apart.
 */
function plain(text: string): string {
  return text.replaceAll('#[', '# [').replace(/[#%]/g, '$&$&');
}

function stty(tty: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('stty', ['-a', '-F', tty], { timeout: STTY_MS, encoding: 'utf8' }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}
