/**
 * The sessions that are shown or were shown last: those keep their terminal and editor as they are.
 * The others let go of both; their screens come back from what was kept of them.
 */
import { useRef } from 'react';
import type { SessionKey } from '../../protocol.ts';
import { useModel } from '../model/hooks.ts';
import { SessionView } from './session-view.tsx';

/** Drawn at once, the shown one among them. */
const MOST_DRAWN = 3;

export function SessionDeck() {
  const route = useModel((model) => model.route);
  const open = useModel((model) => model.layout.open);
  const recent = useRef<readonly SessionKey[]>([]);
  const current = route.page === 'session' ? route.key : null;
  const before = recent.current.filter((key) => key !== current && open.includes(key));
  recent.current = (current === null ? before : [current, ...before]).slice(0, MOST_DRAWN);
  // In an order of their own: a frame that is moved in the page loads anew.
  return [...recent.current]
    .sort()
    .map((key) => <SessionView key={key} sessionKey={key} shown={key === current} />);
}
