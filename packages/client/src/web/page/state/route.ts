/** Which page is shown, as the fragment of the address names it. Pure. */
import type { SessionKey } from '../../protocol.ts';

export type Route =
  | { readonly page: 'home' | 'start' | 'pool' | 'events' | 'settings' }
  | { readonly page: 'session'; readonly key: SessionKey };

const PAGES = ['home', 'start', 'pool', 'events', 'settings'] as const;

export function readRoute(fragment: string): Route {
  const [, page = '', rest = ''] = /^#\/([a-z]*)(?:\/(.*))?$/.exec(fragment) ?? [];
  if (page === 'session') {
    const key = decoded(rest);
    return key.includes(':') ? { page, key } : { page: 'home' };
  }
  return { page: PAGES.find((name) => name === page) ?? 'home' };
}

export function fragmentOf(route: Route): string {
  return route.page === 'session' ? `#/session/${encodeURIComponent(route.key)}` : `#/${route.page}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
