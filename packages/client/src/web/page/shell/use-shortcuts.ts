import { useEffect } from 'react';
import { useBerth } from '../model/hooks.ts';
import { runShortcut } from './shortcuts.ts';

/** Keys of the page outside terminals, which ask for theirs themselves. */
export function useShortcuts(): void {
  const berth = useBerth();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (event.defaultPrevented || target?.closest('.xterm, dialog')) return;
      if (event.key === 'Escape' && berth.store.get().menu) berth.store.set({ menu: false });
      const writing =
        target?.closest('input, textarea, select') && !event.ctrlKey && !event.altKey && !event.metaKey;
      if (!writing) runShortcut(berth, event, false);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [berth]);
}
