/** Open tabs and their order. Pure. */
import type { SessionKey } from '../../protocol.ts';

export interface Tabs {
  readonly open: readonly SessionKey[];
  readonly active: SessionKey | null;
}

/** Opens where it is not open, and shows it. */
export function opened(tabs: Tabs, key: SessionKey): Tabs {
  return { open: tabs.open.includes(key) ? tabs.open : [...tabs.open, key], active: key };
}

/** The neighbour of a tab that was shown is shown next. */
export function closed(tabs: Tabs, key: SessionKey): Tabs {
  const at = tabs.open.indexOf(key);
  if (at < 0) return tabs;
  const open = tabs.open.filter((other) => other !== key);
  const active = tabs.active === key ? (open[Math.min(at, open.length - 1)] ?? null) : tabs.active;
  return { open, active };
}

/** Puts it where another stands: before that when it comes from behind, else after it. */
export function movedTo(tabs: Tabs, key: SessionKey, target: SessionKey): Tabs {
  const [from, to] = [tabs.open.indexOf(key), tabs.open.indexOf(target)];
  if (from < 0 || to < 0 || from === to) return tabs;
  return { ...tabs, open: tabs.open.filter((other) => other !== key).toSpliced(to, 0, key) };
}

/** `shown`: the keys in the order of the strip. Beyond the ends nothing moves. */
export function movedBy(
  tabs: Tabs,
  key: SessionKey,
  by: -1 | 1,
  shown: readonly SessionKey[] = tabs.open,
): Tabs {
  const target = shown[shown.indexOf(key) + by];
  return shown.includes(key) && target !== undefined ? movedTo(tabs, key, target) : tabs;
}

/** The one beside it, around the ends. */
export function beside(shown: readonly SessionKey[], key: SessionKey | null, by: -1 | 1): SessionKey | null {
  if (shown.length === 0) return null;
  const at = key === null ? -1 : shown.indexOf(key);
  if (at < 0) return (by === 1 ? shown[0] : shown.at(-1)) ?? null;
  return shown[(at + by + shown.length) % shown.length] ?? null;
}

/** Tabs of one host together, hosts in the order of their first tab. */
export function groupedByHost(
  open: readonly SessionKey[],
  hostOf: (key: SessionKey) => string,
): { host: string; keys: SessionKey[] }[] {
  const groups = Map.groupBy(open, hostOf);
  return [...groups].map(([host, keys]) => ({ host, keys }));
}
