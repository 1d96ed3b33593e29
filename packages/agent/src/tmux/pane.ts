/** One pane of any tmux server: typed into, looked at, captured. */
import { randomUUID } from 'node:crypto';
import { safeText } from '@berth/shared/domain/text';
import { checkKeys } from '../domain/typed-keys.ts';
import type { Screen } from '../domain/typed-text.ts';
import { ttyHidesTyping } from './stty.ts';

/** One call of tmux to the pane's server: resolves with what it printed. */
type Call = (args: readonly string[], input?: Uint8Array) => Promise<string>;

export interface Pane {
  type(input: { data: Uint8Array; keys: readonly string[] }): Promise<void>;
  /** Plain text, wrapped lines joined, trailing blank lines cut. */
  capture(options: { screenOnly: boolean }): Promise<string[]>;
  look(): Promise<Screen>;
  hidesTyping(): Promise<boolean>;
}

/** `target`: as tmux names a pane. */
export function paneOf(call: Call, target: string): Pane {
  return {
    async type({ data, keys }) {
      checkKeys(keys);
      // By way of a buffer: no limit on the length, and no byte has a meaning.
      const buffer = `berth-${randomUUID()}`;
      const load = ['load-buffer', '-b', buffer, '-', ';'];
      const paste = ['paste-buffer', '-d', '-r', '-b', buffer, '-t', target];
      // A semicolon at the end would end tmux's command.
      const names = keys.map((key) => key.replace(/;$/, '\\;'));
      const press = ['send-keys', '-t', target, '--', ...names];
      if (data.length > 0) await call([...load, ...paste], data);
      if (keys.length > 0) await call(press);
    },

    async capture({ screenOnly }) {
      const range = screenOnly ? [] : ['-S', '-'];
      const text = await call(['capture-pane', '-p', '-J', '-t', target, ...range]);
      const lines = safeText(text)
        .split('\n')
        .map((line) => line.trimEnd());
      while (lines.length > 0 && lines.at(-1) === '') lines.pop();
      return lines;
    },

    async look() {
      const cursor = ['display-message', '-p', '-t', target, '#{cursor_x},#{cursor_y},#{alternate_on}', ';'];
      const text = await call([...cursor, 'capture-pane', '-p', '-J', '-t', target]);
      const [first = '', ...lines] = text.split('\n');
      return { cursor: first, lines };
    },

    async hidesTyping() {
      return await ttyHidesTyping(
        (await call(['display-message', '-p', '-t', target, '#{pane_tty}'])).trim(),
      );
    },
  };
}

/** One line over the session in the client terminal `tty` alone, for so many ms or until a key. */
export async function notifyClient(
  call: Call,
  { tty, text, ms }: { readonly tty: string; readonly text: string; readonly ms: number },
): Promise<void> {
  await call(['display-message', '-c', tty, '-d', String(ms), '--', plain(text)]);
}

/**
 * Text that tmux shows as it is: formats (`#{…}`, `#(…)`, `#[…]`) and those of strftime do not
 * expand. Newer versions read styles again when they draw, so `#[` is taken apart.
 */
function plain(text: string): string {
  return text.replaceAll('#[', '# [').replace(/[#%]/g, '$&$&');
}
