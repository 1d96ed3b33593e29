/**
 * Who is logged in to this server: browsers that came with a token from the terminal. A login is a cookie,
 * which scripts cannot read, and a key, which other ports of localhost do not get (cookies do not tell
 * ports apart). Both live in memory alone: a server that was started again knows nobody, and whoever
 * listened at its port meanwhile has learnt nothing that is worth anything.
 */
import { cookiesOf } from './cookies.ts';
import { newSecret, sameSecret } from './secrets.ts';
import { Tokens } from './tokens.ts';

const TOKEN_MS = 60_000;
const MOST_TOKENS = 16;
/** Browsers and profiles of one person; the oldest is logged out for one more. */
const MOST_LOGINS = 16;

interface Login {
  readonly cookie: string;
  readonly key: string;
}

export class Logins {
  readonly #cookieName: string;
  readonly #tokens: Tokens<null>;
  #logins: Login[] = [];

  constructor({ port, now }: { port: number; now: () => number }) {
    // Two servers of one machine do not log each other out.
    this.#cookieName = `berth-ui-${port}`;
    this.#tokens = new Tokens({ now, lifeMs: TOKEN_MS, most: MOST_TOKENS });
  }

  newToken(): string {
    return this.#tokens.issue(null);
  }

  /** The answer to a token: what to set, or the status of the refusal. */
  exchange(token: string): { setCookie: string; key: string } | { status: 401 | 429 } {
    const taken = this.#tokens.take(token);
    if (taken.kind !== 'good') return { status: taken.kind === 'throttled' ? 429 : 401 };
    const login = { cookie: newSecret(), key: newSecret() };
    this.#logins = [...this.#logins, login].slice(-MOST_LOGINS);
    return {
      setCookie: `${this.#cookieName}=${login.cookie}; Path=/; HttpOnly; SameSite=Strict`,
      key: login.key,
    };
  }

  /** Both of one login. */
  knows(cookies: string | undefined, key: string): boolean {
    return this.#of(cookies).some((login) => sameSecret(key, login.key));
  }

  /** The cookie alone: for what a browser fetches by itself under a URL that is a secret of its own. */
  knowsCookie(cookies: string | undefined): boolean {
    return this.#of(cookies).length > 0;
  }

  #of(cookies: string | undefined): readonly Login[] {
    const told = cookiesOf(cookies, this.#cookieName);
    return this.#logins.filter((login) => told.some((cookie) => sameSecret(cookie, login.cookie)));
  }
}
