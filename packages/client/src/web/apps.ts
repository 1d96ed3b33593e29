/**
 * Origins of their own for what comes from sessions: `<id>.localhost`, one for each port or editor of a
 * session, under an id that nobody guesses and that is the same next time. Who may ask there has a cookie of
 * that origin alone, got for a ticket that is good once and that only the UI can have made. Pure but for
 * randomness.
 */
import { createHmac } from 'node:crypto';
import { cookiesOf } from './cookies.ts';
import type { SessionKey } from './protocol.ts';
import { newSecret, sameSecret } from './secrets.ts';
import { Tokens } from './tokens.ts';

export type Target =
  | ServedTarget
  /** One HTML file that the session hands over. */
  | { readonly kind: 'page'; readonly path: string };

/** What speaks HTTP. */
export type ServedTarget = { readonly kind: 'port'; readonly port: number } | { readonly kind: 'editor' };

export interface App<T extends Target = Target> {
  readonly id: string;
  readonly session: SessionKey;
  readonly target: T;
}

interface Held extends App {
  readonly cookie: string;
  /** Each with where it leads, on the app's own origin. */
  readonly tickets: Tokens<string>;
}

const COOKIE = 'berth-app';
export const ENTRY_PATH = '/.berth/enter';
const TICKET_MS = 60_000;
const MOST_TICKETS = 16;
/** Of 128 bits. */
const ID_LENGTH = 32;

export interface AppsOptions {
  readonly now: () => number;
  /** Secret. Of it ids are made: the same for the same key. */
  readonly key: string;
}

export class Apps {
  readonly #o: AppsOptions;
  readonly #apps = new Map<string, Held>();

  constructor(options: AppsOptions) {
    this.#o = options;
  }

  has(id: string): boolean {
    return this.#apps.has(id);
  }

  get(id: string): App | null {
    return this.#apps.get(id) ?? null;
  }

  /** The id, and the path that lets in once and leads to `path` there. `port`: of the server, on this machine. */
  open(
    session: SessionKey,
    target: Target,
    { port, path = '/' }: { readonly port: number; readonly path?: string | undefined },
  ): { id: string; entry: string } {
    const id = this.#idOf(session, target, port);
    const app = this.#apps.get(id) ?? this.#make(id, session, target);
    return { id, entry: `${ENTRY_PATH}?ticket=${app.tickets.issue(path)}` };
  }

  /** The ticket is taken: null where it is not good. */
  enter(id: string, ticket: string): { setCookie: string; path: string } | null {
    const app = this.#apps.get(id);
    const taken = app?.tickets.take(ticket);
    if (!app || taken?.kind !== 'good') return null;
    // In a frame of the UI only a partitioned cookie arrives; browsers take localhost for secure.
    const attributes = 'Path=/; HttpOnly; Secure; SameSite=None; Partitioned';
    return { setCookie: `${COOKIE}=${app.cookie}; ${attributes}`, path: taken.value };
  }

  knows(id: string, cookies: string | undefined): boolean {
    const app = this.#apps.get(id);
    return app !== undefined && cookiesOf(cookies, COOKIE).some((cookie) => sameSecret(cookie, app.cookie));
  }

  /** Cookies know no ports: on another one it is another host. */
  #idOf(session: SessionKey, target: Target, port: number): string {
    const of = [port, session, target.kind, ...placeIn(target)];
    return createHmac('sha256', this.#o.key).update(JSON.stringify(of)).digest('hex').slice(0, ID_LENGTH);
  }

  #make(id: string, session: SessionKey, target: Target): Held {
    const tickets = new Tokens<string>({ now: this.#o.now, lifeMs: TICKET_MS, most: MOST_TICKETS });
    const app = { id, session, target, cookie: newSecret(), tickets };
    this.#apps.set(id, app);
    return app;
  }
}

function placeIn(target: Target): (string | number)[] {
  if (target.kind === 'port') return [target.port];
  return target.kind === 'page' ? [target.path] : [];
}
