/** The tabs of the strip in the order in which they stand there. Pure. */
import type { SessionKey } from '../../protocol.ts';
import type { Model } from '../model/model.ts';
import { matchesWords, wordsOfKey } from '../state/session-order.ts';
import { groupedByHost } from '../state/tabs.ts';

export function shownTabs({
  layout,
  fleet,
  filter,
}: Pick<Model, 'layout' | 'fleet' | 'filter'>): SessionKey[] {
  const shown = layout.open.filter((key) => {
    const row = fleet.sessions.get(key);
    return !row || matchesWords(row, filter);
  });
  if (!layout.groupByHost) return shown;
  return groupedByHost(shown, hostOfTab).flatMap(({ keys }) => keys);
}

export function hostOfTab(key: SessionKey): string {
  return wordsOfKey(key).host;
}
