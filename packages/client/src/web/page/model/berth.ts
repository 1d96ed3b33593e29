/** The page's one actor: keeps the model true to the server, and does what people ask. */
import type { LiveMessage, SessionKey, StartOrder, UiCalls } from '../../protocol.ts';
import { asFailure, call } from '../connection/call.ts';
import { LiveConnection } from '../connection/live.ts';
import { logIn, onLogin } from '../connection/login.ts';
import { withEvents } from '../state/event-log.ts';
import { applied } from '../state/fleet.ts';
import { keptLayout, type Layout, PLAIN_LAYOUT, readLayout, type Split, splitOf } from '../state/layout.ts';
import { fragmentOf, type Route, readRoute } from '../state/route.ts';
import { PLAIN_ORDER } from '../state/start-order.ts';
import { closed, movedBy, movedTo, opened } from '../state/tabs.ts';
import { Terminals } from '../terminal/terminals.ts';
import { type Model, newModel, type Overlay, type Toast } from './model.ts';
import { tellNotice } from './notices.ts';
import { Store } from './store.ts';

const KEEP_LAYOUT_MS = 400;
const TOAST_MS = 7000;
const MOST_TOASTS = 4;
const DAY_MS = 86_400_000;
/** Until a session that was started is listed, at most. */
const EXPECT_MS = 15_000;

export class Berth {
  readonly store: Store<Model>;
  readonly terminals = new Terminals();
  #live: LiveConnection | null = null;
  #keepTimer = 0;
  /** The layout was changed here, and nobody has it yet. */
  #unkept = false;
  #toastId = 0;
  /** What people chose before the layout of last time was read: it goes over that. */
  #early: Partial<Layout> = {};

  constructor() {
    this.store = new Store(newModel(Date.now(), readRoute(location.hash)));
  }

  /** Begins to live: connects, reads the layout, follows the address. */
  begin(): void {
    window.addEventListener('hashchange', () => void this.#addressChanged());
    window.addEventListener('pagehide', () => this.#keepNow());
    this.#live = new LiveConnection({
      resumeFrom: () => {
        const { epoch, version } = this.store.get().fleet;
        return epoch === null ? null : { epoch, version };
      },
      take: (message) => this.#take(message),
      changed: (state, heardAt) => this.#linkChanged(state, heardAt),
    });
    onLogin(() => this.reconnect());
    // Its tab stays also where the address is another one by the time that the layout is read.
    this.#show(this.store.get().route);
  }

  /** A link of another login may be opened where this page stands: that loads no page anew. */
  async #addressChanged(): Promise<void> {
    if (await logIn()) {
      history.replaceState(null, '', fragmentOf(this.store.get().route));
      this.reconnect();
    } else this.#show(readRoute(location.hash));
  }

  reconnect(): void {
    this.#live?.reopen();
  }

  #linkChanged(state: 'connecting' | 'live' | 'lost' | 'denied', asOf: number | null): void {
    const { link } = this.store.get();
    const now = Date.now();
    if (state === 'lost') {
      if (link.state === 'lost' || link.state === 'denied') return;
      const known = this.store.get().fleet.epoch !== null;
      this.store.set({ link: { state, since: now, asOf: known ? asOf : null } });
      return;
    }
    this.store.set({ link: { state, since: now } });
    if (state === 'live') void this.#arrived();
  }

  /** What is asked for once the way is open; a restored layout is not read again. */
  async #arrived(): Promise<void> {
    try {
      const about = await call('about', {});
      this.store.set({ about });
      if (!this.store.get().restored) this.#restore(readLayout((await call('getLayout', {})).layout));
    } catch (error) {
      // The live socket says what the matter is; without a layout there is a plain one.
      if (!this.store.get().restored && asFailure(error).status >= 500) this.#restore(PLAIN_LAYOUT);
    }
    await this.readPast();
  }

  /** Events since the last that is known, else of a day. */
  async readPast(): Promise<void> {
    const { past, events: known } = this.store.get();
    // What came live meanwhile says nothing of what came before.
    const last = past.read && past.failures.length === 0 ? known.at(-1)?.at : undefined;
    const since = last ?? new Date(Date.now() - DAY_MS).toISOString();
    try {
      const { events, failures } = await call('events', { since, most: 500 });
      this.store.set({ events: withEvents(this.store.get().events, events), past: { read: true, failures } });
    } catch (error) {
      this.store.set({ past: { read: past.read, failures: [asFailure(error)] } });
    }
  }

  /** What was opened meanwhile, a dialog or a menu, stays open. */
  #restore(kept: Layout): void {
    const { open: opened = [], ...early } = this.#early;
    const open = [...new Set([...kept.open, ...opened])];
    this.store.set({ layout: { ...kept, ...early, open }, restored: true });
    if (Object.keys(this.#early).length > 0) this.#layout({});
    // Not the route that is known: the address may have changed a moment ago.
    if (location.hash !== '' || kept.active === null) return;
    const route = { page: 'session', key: kept.active } as const;
    this.#show(route);
    location.hash = fragmentOf(route);
  }

  #take(message: LiveMessage): boolean {
    switch (message.type) {
      case 'state':
      case 'delta': {
        const fleet = applied(this.store.get().fleet, message);
        const { expected } = this.store.get();
        const listed = expected !== null && fleet?.sessions.has(expected);
        if (fleet) this.store.set({ fleet, ...(listed ? { expected: null } : {}) });
        return fleet !== null;
      }
      case 'event':
        this.store.set({ events: withEvents(this.store.get().events, [message.event]) });
        return true;
      case 'notice':
        tellNotice(this, message);
        return true;
      case 'alive':
        return true;
      default:
        // A newer server may tell more.
        return true;
    }
  }

  go(route: Route): void {
    if (route.page === 'session') this.open(route.key);
    else location.hash = fragmentOf(route);
    this.store.set({ menu: false, overlay: 'none' });
  }

  #show(route: Route): void {
    this.store.set({ route });
    if (route.page === 'session') this.#layout(opened(this.store.get().layout, route.key));
  }

  open(key: SessionKey): void {
    this.#layout(opened(this.store.get().layout, key));
    this.store.set({ route: { page: 'session', key }, menu: false, overlay: 'none' });
    const fragment = fragmentOf({ page: 'session', key });
    if (location.hash !== fragment) location.hash = fragment;
  }

  closeTab(key: SessionKey): void {
    const { layout, route } = this.store.get();
    const after = closed(layout, key);
    this.#layout(after);
    this.terminals.forget(key);
    if (route.page !== 'session' || route.key !== key) return;
    if (after.active === null) this.go({ page: 'home' });
    else this.open(after.active);
  }

  moveTab(key: SessionKey, by: -1 | 1, shown: readonly SessionKey[]): void {
    this.#layout(movedBy(this.store.get().layout, key, by, shown));
  }

  dropTab(key: SessionKey, target: SessionKey): void {
    this.#layout(movedTo(this.store.get().layout, key, target));
  }

  split(key: SessionKey, change: Partial<Split>): void {
    const { layout } = this.store.get();
    this.#layout({ splits: { ...layout.splits, [key]: { ...splitOf(layout, key), ...change } } });
  }

  arrange(change: Partial<Layout>): void {
    this.#layout(change);
  }

  #layout(change: Partial<Layout>): void {
    const before = this.store.get().layout;
    this.store.set({ layout: { ...before, ...change } });
    if (!this.store.get().restored) {
      this.#early = { ...this.#early, ...change };
      return;
    }
    this.#unkept = true;
    window.clearTimeout(this.#keepTimer);
    this.#keepTimer = window.setTimeout(() => this.#keepNow(), KEEP_LAYOUT_MS);
  }

  #keepNow(): void {
    // What this window did not change it leaves as another may have arranged it.
    if (!this.#unkept) return;
    window.clearTimeout(this.#keepTimer);
    this.#unkept = false;
    const layout = keptLayout(this.store.get().layout);
    call('putLayout', { layout }).catch(() => {
      // Without the server the next change keeps it.
      this.#unkept = true;
    });
  }

  /** Writes into the start form. */
  order(change: Partial<StartOrder>): void {
    const { start } = this.store.get();
    this.store.set({ start: { ...start, order: { ...start.order, ...change } } });
  }

  /** Starts what the form holds. Who is elsewhere by then is told, and stays there. */
  async start(): Promise<void> {
    const { order, busy } = this.store.get().start;
    if (busy) return;
    const starting = (change: Partial<Model['start']>) =>
      this.store.set({ start: { ...this.store.get().start, ...change } });
    const waiting = () => this.store.get().route.page === 'start';
    starting({ busy: true, failure: null });
    try {
      const { session } = await call('start', order);
      this.#expect(session);
      // What was written meanwhile is for the next one.
      if (this.store.get().start.order === order) starting({ order: PLAIN_ORDER });
      if (waiting()) this.open(session);
      else this.toast({ tone: 'good', text: 'A new session is there', hint: order.name, session });
    } catch (error) {
      const failure = asFailure(error);
      starting({ failure });
      const { message: text, hint } = failure;
      if (!waiting()) this.toast({ tone: 'bad', text, hint, session: null });
    } finally {
      starting({ busy: false });
    }
  }

  #expect(session: SessionKey): void {
    this.store.set({ expected: session });
    window.setTimeout(() => {
      if (this.store.get().expected === session) this.store.set({ expected: null });
    }, EXPECT_MS);
  }

  /** On a narrow page it lies over the rest, for a while; on a wide one it stands beside it. */
  toggleSidebar(): void {
    const { menu, layout } = this.store.get();
    if (window.matchMedia('(max-width: 760px)').matches) this.store.set({ menu: !menu });
    else this.arrange({ sidebar: !layout.sidebar });
  }

  overlay(overlay: Overlay): void {
    this.store.set({ overlay });
  }

  toast(toast: Omit<Toast, 'id'>): void {
    const id = ++this.#toastId;
    this.store.set({ toasts: [...this.store.get().toasts, { ...toast, id }].slice(-MOST_TOASTS) });
    window.setTimeout(() => this.dismiss(id), TOAST_MS);
  }

  dismiss(id: number): void {
    this.store.set({ toasts: this.store.get().toasts.filter((toast) => toast.id !== id) });
  }

  /** Calls, and says so where it failed; null then. */
  async try<M extends keyof UiCalls>(
    method: M,
    params: UiCalls[M]['params'],
    done = '',
  ): Promise<UiCalls[M]['result'] | null> {
    try {
      const result = await call(method, params);
      if (done) this.toast({ tone: 'good', text: done, hint: '', session: null });
      return result;
    } catch (error) {
      const { message, hint } = asFailure(error);
      this.toast({ tone: 'bad', text: message, hint, session: null });
      return null;
    }
  }
}
