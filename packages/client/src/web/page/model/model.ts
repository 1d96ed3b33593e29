/** What the page knows, all in one value. */
import type { About, EventRow, SessionKey, StartOrder } from '../../protocol.ts';
import type { CallFailure } from '../connection/call.ts';
import { type Fleet, NO_FLEET } from '../state/fleet.ts';
import { type Layout, PLAIN_LAYOUT } from '../state/layout.ts';
import type { LinkState } from '../state/link-state.ts';
import type { Route } from '../state/route.ts';
import { PLAIN_ORDER } from '../state/start-order.ts';

export interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad' | 'ask';
  readonly text: string;
  readonly hint: string;
  /** What a click on it opens. */
  readonly session: string | null;
}

export type Overlay = 'none' | 'palette' | 'keys';

/** The start form: it outlives a look at another page. */
interface Starting {
  readonly order: StartOrder;
  readonly busy: boolean;
  readonly failure: CallFailure | null;
}

export interface Model {
  readonly link: LinkState;
  readonly fleet: Fleet;
  /** Oldest first. */
  readonly events: readonly EventRow[];
  /** Whether events of before the page came were read, and what of them could not be. */
  readonly past: {
    readonly read: boolean;
    readonly failures: readonly Pick<CallFailure, 'message' | 'hint'>[];
  };
  readonly about: About | null;
  readonly layout: Layout;
  /** The layout was read: what is changed from now on is kept. */
  readonly restored: boolean;
  readonly route: Route;
  /** Words that sessions and tabs are filtered by. */
  readonly filter: string;
  readonly overlay: Overlay;
  readonly toasts: readonly Toast[];
  /** The sidebar is open over a narrow page. */
  readonly menu: boolean;
  readonly start: Starting;
  /** Started from here, and not listed yet. */
  readonly expected: SessionKey | null;
}

export function newModel(now: number, route: Route): Model {
  return {
    link: { state: 'connecting', since: now },
    fleet: NO_FLEET,
    events: [],
    past: { read: false, failures: [] },
    about: null,
    layout: PLAIN_LAYOUT,
    restored: false,
    route,
    filter: '',
    overlay: 'none',
    toasts: [],
    menu: false,
    start: { order: PLAIN_ORDER, busy: false, failure: null },
    expected: null,
  };
}
