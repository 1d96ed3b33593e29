/** What is kept of the page across its lives. Pure; what is read back may be anything. */
import type { SessionKey } from '../../protocol.ts';
import type { Tabs } from './tabs.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const SESSION_VIEWS = ['terminal', 'split', 'editor'] as const;
export type SessionView = (typeof SESSION_VIEWS)[number];

/** How one session is shown. */
export interface Split {
  readonly view: SessionView;
  /** The terminal's part of the width. */
  readonly ratio: number;
}

export interface Layout extends Tabs {
  readonly groupByHost: boolean;
  readonly theme: Theme;
  readonly sidebar: boolean;
  readonly details: boolean;
  readonly notify: boolean;
  readonly sound: boolean;
  /** Terminals are read out to people who hear the page. */
  readonly readOut: boolean;
  readonly splits: Readonly<Record<SessionKey, Split>>;
}

const PLAIN_SPLIT: Split = { view: 'terminal', ratio: 0.5 };
export const PLAIN_LAYOUT: Layout = {
  open: [],
  active: null,
  groupByHost: false,
  theme: 'system',
  sidebar: true,
  details: false,
  notify: true,
  sound: false,
  readOut: false,
  splits: {},
};

const MOST_TABS = 200;
const LONGEST_KEY = 300;
const LEAST_PART = 0.15;

export function clampRatio(ratio: number): number {
  return Number.isFinite(ratio) ? Math.min(1 - LEAST_PART, Math.max(LEAST_PART, ratio)) : 0.5;
}

/** Takes what makes sense and leaves the rest as it is by itself. */
export function readLayout(kept: unknown): Layout {
  const from = asRecord(kept);
  const open = [...new Set(asArray(from.open).filter(isKey))].slice(0, MOST_TABS);
  const active = isKey(from.active) && open.includes(from.active) ? from.active : null;
  const bool = (name: 'groupByHost' | 'sidebar' | 'details' | 'notify' | 'sound' | 'readOut') =>
    typeof from[name] === 'boolean' ? from[name] : PLAIN_LAYOUT[name];
  return {
    open,
    active,
    groupByHost: bool('groupByHost'),
    theme: oneOf(THEMES, from.theme) ?? PLAIN_LAYOUT.theme,
    sidebar: bool('sidebar'),
    details: bool('details'),
    notify: bool('notify'),
    sound: bool('sound'),
    readOut: bool('readOut'),
    splits: readSplits(from.splits, new Set(open)),
  };
}

/** What is worth keeping: nothing of tabs that are closed. */
export function keptLayout(layout: Layout): Layout {
  return { ...layout, splits: readSplits(layout.splits, new Set(layout.open)) };
}

export function splitOf(layout: Layout, key: SessionKey): Split {
  return Object.hasOwn(layout.splits, key) ? (layout.splits[key] ?? PLAIN_SPLIT) : PLAIN_SPLIT;
}

function readSplits(kept: unknown, open: ReadonlySet<string>): Layout['splits'] {
  const entries = Object.entries(asRecord(kept)).flatMap(([key, value]) => {
    const { view, ratio } = asRecord(value);
    const known = oneOf(SESSION_VIEWS, view);
    if (!open.has(key) || !known) return [];
    return [[key, { view: known, ratio: typeof ratio === 'number' ? clampRatio(ratio) : 0.5 }] as const];
  });
  return Object.fromEntries(entries);
}

function isKey(value: unknown): value is SessionKey {
  return typeof value === 'string' && value.includes(':') && value.length <= LONGEST_KEY;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function oneOf<T extends string>(words: readonly T[], value: unknown): T | null {
  return words.find((word) => word === value) ?? null;
}
