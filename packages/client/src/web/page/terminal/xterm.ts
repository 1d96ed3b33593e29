/** xterm.js and what is added to it, in one part of the page that is loaded late. */
import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { SerializeAddon } from '@xterm/addon-serialize';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import { strictDocument, strictly } from './strict-styles.ts';
import type { TerminalColours } from './theme.ts';

export interface Screen {
  readonly terminal: Terminal;
  readonly fit: FitAddon;
  readonly search: SearchAddon;
  readonly serialize: SerializeAddon;
  /** What draws it: the graphics card where it can. */
  readonly renderer: () => 'webgl' | 'dom';
  dispose(): void;
}

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
  let renderer: 'webgl' | 'dom' = 'dom';
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => {
      renderer = 'dom';
      webgl.dispose();
    });
    terminal.loadAddon(webgl);
    renderer = 'webgl';
  } catch {
    // No WebGL here: the browser draws it by itself.
  }
  return {
    terminal,
    fit,
    search,
    serialize,
    renderer: () => renderer,
    dispose: () => terminal.dispose(),
  };
}

/** What a session printed may lead anywhere: the page there learns nothing of this one. */
function openLink(_event: MouseEvent, uri: string): void {
  if (!/^https?:\/\//i.test(uri)) return;
  window.open(uri, '_blank', 'noopener,noreferrer');
}
