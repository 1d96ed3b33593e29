/**
 * Screens to draw terminals on, in one part of the page that is loaded late. To make one and to measure
 * the letters takes longer than a person's click should: one is always made ahead, out of sight. None
 * is used twice, so nothing of one session's can show in another's.
 */
import type { TerminalColours } from './theme.ts';
import { drawByCard, type Look, makeScreen, type Screen } from './xterm.ts';

/** As a terminal uses it that is shown. */
export interface OpenScreen extends Screen {
  dispose(): void;
}

interface Spare {
  readonly screen: Screen;
  readonly place: HTMLElement;
  readonly colours: TerminalColours;
}

const CARD_WITHIN_MS = 500;
const DEFAULT_SIZE = { columns: 80, rows: 24 };
/** What the browser measures one by one as it first draws it, plain and bold; a few at a time. */
const LETTERS = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at)).join('');
const SLICES = [...slicesOf(LETTERS), ...slicesOf(LETTERS).map((letters) => `\x1b[1m${letters}`)];

let spare: Spare | 'in the making' | null = null;

export function openScreen(parent: HTMLElement, colours: TerminalColours): OpenScreen {
  const screen = takeSpare(parent, colours) ?? makeScreen(parent, { colours, ...DEFAULT_SIZE });
  const { terminal } = screen;
  // The browser draws the first picture at once; the graphics card takes a moment, and then draws faster.
  const card = requestIdleCallback(() => drawByCard(terminal), { timeout: CARD_WITHIN_MS });
  const next = requestIdleCallback(
    () => void makeSpare({ colours, columns: terminal.cols, rows: terminal.rows }),
  );
  return {
    ...screen,
    dispose() {
      cancelIdleCallback(card);
      cancelIdleCallback(next);
      terminal.dispose();
    },
  };
}

function takeSpare(parent: HTMLElement, colours: TerminalColours): Screen | null {
  if (spare === null || spare === 'in the making') return null;
  const { screen, place, colours: made } = spare;
  spare = null;
  parent.append(...place.children);
  place.remove();
  if (made !== colours) screen.terminal.options.theme = colours;
  return screen;
}

/** Ready once the letters were measured: until then a new one is not slower. */
async function makeSpare(look: Look): Promise<void> {
  if (spare !== null) return;
  spare = 'in the making';
  const place = document.createElement('div');
  place.className = 'spare-screen';
  place.inert = true;
  document.body.append(place);
  const screen = makeScreen(place, look);
  for (const slice of SLICES) {
    await idle();
    await draw(screen, slice);
  }
  screen.terminal.reset();
  spare = { screen, place, colours: look.colours };
}

/** Resolves when the page has nothing else to do. */
function idle(): Promise<unknown> {
  return new Promise((resolve) => requestIdleCallback(resolve));
}

function draw({ terminal }: Screen, text: string): Promise<void> {
  return new Promise((resolve) => {
    const drawn = terminal.onRender(() => {
      drawn.dispose();
      resolve();
    });
    terminal.write(text);
  });
}

function slicesOf(text: string): string[] {
  return text.match(/.{1,24}/g) ?? [];
}
