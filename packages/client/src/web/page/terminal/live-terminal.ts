/** One terminal that is drawn: its screen, the link to its session, and the keys it leaves to the page. */
import type { SessionKey } from '../../protocol.ts';
import { TerminalLink, type TerminalState } from '../connection/terminal-link.ts';
import { ON_MAC, writesByOption } from './option-key.ts';
import type { OpenScreen } from './screens.ts';
import type { Terminals } from './terminals.ts';
import type { TerminalColours } from './theme.ts';
import { wholeLetters } from './whole-letters.ts';

interface Options {
  readonly key: SessionKey;
  readonly parent: HTMLElement;
  readonly colours: TerminalColours;
  readonly terminals: Terminals;
  readonly open: (parent: HTMLElement, colours: TerminalColours) => OpenScreen;
  /** True: the page has taken the key. */
  readonly shortcut: (event: KeyboardEvent) => boolean;
  readonly changed: (state: TerminalState) => void;
  readonly lost: (bytes: number) => void;
}

export class LiveTerminal {
  readonly #screen: OpenScreen;
  readonly #link: TerminalLink;
  readonly #options: Options;
  readonly #resizes: ResizeObserver;
  #frame = 0;
  #disposed = false;

  constructor(options: Options) {
    this.#options = options;
    const screen = options.open(options.parent, options.colours);
    this.#screen = screen;
    const { terminal } = screen;
    const kept = options.terminals.kept(options.key);
    if (kept) {
      terminal.resize(kept.columns, kept.rows);
      // What follows on input is taken in at once: else the browser would first draw the screen empty.
      terminal.input('');
      terminal.write(kept.painted);
    }
    this.#fit();
    const size = { columns: terminal.cols, rows: terminal.rows };
    this.#link = new TerminalLink(options.key, size, {
      output: (bytes) => terminal.write(bytes, () => this.#link.drew(bytes.length)),
      changed: options.changed,
      lost: options.lost,
    });
    const bytes = wholeLetters();
    terminal.onData((text) => this.#link.type(bytes(text)));
    terminal.onBinary((text) => this.#link.type(Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff)));
    terminal.onResize(({ cols, rows }) => this.#link.resize({ columns: cols, rows }));
    terminal.attachCustomKeyEventHandler((event) => this.#onKey(event));
    this.#resizes = new ResizeObserver(() => {
      cancelAnimationFrame(this.#frame);
      this.#frame = requestAnimationFrame(() => this.#fit());
    });
    this.#resizes.observe(options.parent);
  }

  get screen(): OpenScreen {
    return this.#screen;
  }

  focus(): void {
    this.#screen.terminal.focus();
  }

  colour(colours: TerminalColours): void {
    this.#screen.terminal.options.theme = colours;
  }

  again(): void {
    this.#link.again();
  }

  /** For screen readers: what changes is read out. */
  readOut(on: boolean): void {
    this.#screen.terminal.options.screenReaderMode = on;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const { terminal, serialize } = this.#screen;
    this.#resizes.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#link.letGo();
    const painted = serialize.serialize({ scrollback: 0 });
    this.#options.terminals.keep(this.#options.key, { painted, columns: terminal.cols, rows: terminal.rows });
    this.#screen.dispose();
  }

  /** A terminal that is not seen has no size to take. */
  #fit(): void {
    const { clientWidth, clientHeight } = this.#options.parent;
    if (this.#disposed || clientWidth < 40 || clientHeight < 30) return;
    this.#screen.fit.fit();
  }

  #onKey(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true;
    if (ON_MAC) this.#screen.terminal.options.macOptionIsMeta = !writesByOption(event);
    if (event.ctrlKey && event.shiftKey && event.code === 'KeyC') {
      const text = this.#screen.terminal.getSelection();
      if (text) void navigator.clipboard.writeText(text);
      event.preventDefault();
      return false;
    }
    // The browser pastes by itself; to the session it would be a key.
    if (event.ctrlKey && event.shiftKey && event.code === 'KeyV') return false;
    return !this.#options.shortcut(event);
  }
}
