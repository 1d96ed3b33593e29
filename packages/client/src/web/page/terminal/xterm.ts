/** xterm.js and what is added to it, in one part of the page that is loaded late. */
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
  dispose(): void;
}

const WEBGL_WITHIN_MS = 500;

let strict: Document | null = null;

export function openScreen(parent: HTMLElement, colours: TerminalColours): Screen {
  strict ??= strictDocument(document);
  const terminal = new Terminal({
    allowProposedApi: true,
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
  // The browser draws the first picture at once; the graphics card takes a moment, and then draws faster.
  const idle = requestIdleCallback(() => drawWithWebgl(terminal), { timeout: WEBGL_WITHIN_MS });
  return {
    terminal,
    fit,
    search,
    serialize,
    dispose() {
      cancelIdleCallback(idle);
      terminal.dispose();
    },
  };
}

function drawWithWebgl(terminal: Terminal): void {
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
