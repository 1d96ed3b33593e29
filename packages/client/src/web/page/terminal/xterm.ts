/** xterm.js and what is added to it, as the page has it. */
import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { SerializeAddon } from '@xterm/addon-serialize';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import { hasGraphicsCard } from './graphics-card.ts';
import { strictDocument, strictly } from './strict-styles.ts';
import type { TerminalColours } from './theme.ts';

export interface Screen {
  readonly terminal: Terminal;
  readonly fit: FitAddon;
  readonly search: SearchAddon;
  readonly serialize: SerializeAddon;
}

export interface Look {
  readonly colours: TerminalColours;
  readonly columns: number;
  readonly rows: number;
}

let strict: Document | null = null;

/** Attached to an element of the document, drawn by the browser. */
export function makeScreen(parent: HTMLElement, { colours, columns, rows }: Look): Screen {
  strict ??= strictDocument(document);
  const terminal = new Terminal({
    allowProposedApi: true,
    cols: columns,
    rows,
    cursorBlink: false,
    documentOverride: strict,
    fontFamily:
      'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
    fontSize: 13,
    lineHeight: 1.15,
    macOptionIsMeta: true,
    screenReaderMode: false,
    scrollback: 5000,
    theme: colours,
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  const serialize = new SerializeAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(serialize);
  terminal.loadAddon(new Unicode11Addon());
  terminal.loadAddon(new WebLinksAddon(openLink));
  terminal.unicode.activeVersion = '11';
  strictly(document, () => terminal.open(parent));
  return { terminal, fit, search, serialize };
}

/** From now on, where there is a card. */
export function drawByCard(terminal: Terminal): void {
  if (!hasGraphicsCard()) return;
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => webgl.dispose());
    terminal.loadAddon(webgl);
  } catch {
    // No WebGL here: the browser goes on drawing by itself.
  }
}

/** What a session printed may lead anywhere: the page there learns nothing of this one. */
function openLink(_event: MouseEvent, uri: string): void {
  if (!/^https?:\/\//i.test(uri)) return;
  window.open(uri, '_blank', 'noopener,noreferrer');
}
