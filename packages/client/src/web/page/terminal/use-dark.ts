import { useSyncExternalStore } from 'react';
import { useModel } from '../model/hooks.ts';

const query = window.matchMedia('(prefers-color-scheme: dark)');

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** Whether the page is dark now, by choice or by the system. */
export function useDark(): boolean {
  const theme = useModel((model) => model.layout.theme);
  const system = useSyncExternalStore(subscribe, () => query.matches);
  return theme === 'system' ? system : theme === 'dark';
}
