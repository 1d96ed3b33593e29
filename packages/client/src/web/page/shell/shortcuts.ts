/**
 * The keys of the page. Within a terminal a key belongs to the session, so those of the page have two
 * modifiers there; Ctrl+K alone works where no session wants it.
 */
import type { Berth } from '../model/berth.ts';
import { sessionGroups } from '../state/session-order.ts';
import { beside } from '../state/tabs.ts';
import { ON_MAC, writesByOption } from '../terminal/option-key.ts';
import { shownTabs } from './shown-tabs.ts';

interface Shortcut {
  readonly keys: string;
  readonly does: string;
  readonly fits: (event: KeyboardEvent) => boolean;
  /** Also within a terminal. */
  readonly anywhere: boolean;
  readonly run: (berth: Berth) => void;
}

const altShift = (code: string) => (event: KeyboardEvent) =>
  event.altKey && event.shiftKey && !event.ctrlKey && !event.metaKey && event.code === code;

function step(berth: Berth, by: -1 | 1): void {
  const { route } = berth.store.get();
  const next = beside(shownTabs(berth.store.get()), route.page === 'session' ? route.key : null, by);
  if (next !== null) berth.open(next);
}

function nextAsking(berth: Berth): void {
  const { fleet, route } = berth.store.get();
  const keys = sessionGroups(fleet.sessions, '', Date.now()).asking.map(([key]) => key);
  const next = beside(keys, route.page === 'session' ? route.key : null, 1);
  if (next !== null) berth.open(next);
}

/** Out of the terminal to its tab, and back. */
function changeFocus(): void {
  const inside = document.activeElement?.closest('.xterm');
  const target = inside
    ? document.querySelector<HTMLElement>('.tab [aria-current="page"]')
    : document.querySelector<HTMLElement>('.session:not([hidden]) .xterm-helper-textarea');
  target?.focus();
}

export const SHORTCUTS: readonly Shortcut[] = [
  {
    keys: 'Ctrl K',
    does: 'Find a session or an action',
    anywhere: false,
    fits: (event) => event.ctrlKey && !event.shiftKey && !event.altKey && event.code === 'KeyK',
    run: (berth) => berth.overlay('palette'),
  },
  {
    keys: 'Ctrl Shift K',
    does: 'The same, also in a terminal (⌘ K on a Mac)',
    anywhere: true,
    fits: (event) =>
      event.code === 'KeyK' && !event.altKey && ((event.ctrlKey && event.shiftKey) || event.metaKey),
    run: (berth) => berth.overlay('palette'),
  },
  {
    keys: 'Alt 1 … 9',
    does: 'Go to that tab',
    anywhere: true,
    fits: (event) =>
      event.altKey && !event.shiftKey && !event.ctrlKey && !event.metaKey && /^Digit[1-9]$/.test(event.code),
    run: () => undefined,
  },
  {
    keys: 'Alt Shift →',
    does: 'Next tab',
    anywhere: true,
    fits: altShift('ArrowRight'),
    run: (b) => step(b, 1),
  },
  {
    keys: 'Alt Shift ←',
    does: 'Tab before',
    anywhere: true,
    fits: altShift('ArrowLeft'),
    run: (b) => step(b, -1),
  },
  {
    keys: 'Alt Shift A',
    does: 'Next session that asks',
    anywhere: true,
    fits: altShift('KeyA'),
    run: nextAsking,
  },
  {
    keys: 'Alt Shift N',
    does: 'Start a session',
    anywhere: true,
    fits: altShift('KeyN'),
    run: (berth) => berth.go({ page: 'start' }),
  },
  {
    keys: 'Alt Shift W',
    does: 'Close the tab (the session goes on)',
    anywhere: true,
    fits: altShift('KeyW'),
    run: (berth) => {
      const { route } = berth.store.get();
      if (route.page === 'session') berth.closeTab(route.key);
    },
  },
  {
    keys: 'Alt Shift D',
    does: 'Show or hide the details of a session',
    anywhere: true,
    fits: altShift('KeyD'),
    run: (berth) => berth.arrange({ details: !berth.store.get().layout.details }),
  },
  {
    keys: 'Alt Shift T',
    does: 'Leave the terminal, or go back into it',
    anywhere: true,
    fits: altShift('KeyT'),
    run: changeFocus,
  },
  {
    keys: '?',
    does: 'This list',
    anywhere: false,
    fits: (event) => event.key === '?' && !event.ctrlKey && !event.metaKey && !event.altKey,
    run: (berth) => berth.overlay('keys'),
  },
];

/** Keys that act where they are pressed. */
export const LOCAL_KEYS: readonly { keys: string; does: string }[] = [
  { keys: '← →', does: 'On a tab: go along the tabs' },
  { keys: 'Ctrl Shift ← →', does: 'On a tab: move it' },
  { keys: 'Delete', does: 'On a tab: close it' },
  { keys: 'Ctrl Shift C', does: 'In a terminal: copy what is selected' },
  { keys: 'Ctrl Shift V', does: 'In a terminal: paste' },
  { keys: 'Ctrl Shift F', does: 'In a terminal: find on the screen' },
  { keys: '← →', does: 'On the divider: move it' },
];

/** Runs what the key stands for; false: it stands for nothing here. */
export function runShortcut(berth: Berth, event: KeyboardEvent, inTerminal: boolean): boolean {
  if (ON_MAC && !event.shiftKey && writesByOption(event)) return false;
  const shortcut = SHORTCUTS.find(({ anywhere, fits }) => (anywhere || !inTerminal) && fits(event));
  if (!shortcut) return false;
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (digit && event.altKey) {
    const key = shownTabs(berth.store.get())[Number(digit) - 1];
    if (key === undefined) return false;
    berth.open(key);
  } else shortcut.run(berth);
  event.preventDefault();
  return true;
}
