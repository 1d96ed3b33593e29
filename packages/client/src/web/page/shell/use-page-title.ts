/** How many ask, where it is seen while the page is not: its title and its badge. */
import { useEffect } from 'react';
import { useModel, useNow } from '../model/hooks.ts';
import { askingCount, titleOf } from '../state/session-order.ts';

export function usePageTitle(): void {
  const sessions = useModel((model) => model.fleet.sessions);
  const route = useModel((model) => model.route);
  const count = askingCount(sessions, useNow());
  const row = route.page === 'session' ? sessions.get(route.key) : undefined;
  const title = `${count > 0 ? `(${count}) ` : ''}${row ? `${titleOf(row)} · ` : ''}Berth`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    if (!('setAppBadge' in navigator)) return;
    void (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => null);
  }, [count]);
}
