/**
 * Who this page is to the server: a cookie, which scripts cannot read, and a key, which is kept here.
 * The token comes in the fragment of the address, is good once, and is gone from it at once.
 */
import type { LoginAnswer } from '../../protocol.ts';

const KEPT = 'berth-key';

export function key(): string {
  return localStorage.getItem(KEPT) ?? '';
}

/**
 * Trades the token of the address, where there is one, for a login; false: there is none. Never throws:
 * calls tell what holds.
 */
export async function logIn(): Promise<boolean> {
  const token = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (token === undefined) return false;
  history.replaceState(null, '', location.pathname);
  try {
    const response = await fetch('/api/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (!response.ok) return true;
    const answer = (await response.json()) as LoginAnswer;
    localStorage.setItem(KEPT, answer.key);
  } catch {
    // Without the server there is nothing to log in to.
  }
  return true;
}

/** Another page of this browser has logged in. */
export function onLogin(told: () => void): void {
  window.addEventListener('storage', (event) => {
    if (event.key === KEPT) told();
  });
}
