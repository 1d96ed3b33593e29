/**
 * Tokens that are good once, and for a short time. Invariants: a token that was taken, or is too old,
 * is never taken again; whoever guesses is told less and less, and a right token is taken even then, so
 * that nobody keeps a person out by guessing.
 */
import { newSecret, sameSecret } from './secrets.ts';

export interface TokensOptions {
  readonly now: () => number;
  readonly lifeMs: number;
  /** The oldest is dropped for one more. */
  readonly most: number;
}

export type Taken<T> = { readonly kind: 'good'; readonly value: T } | { readonly kind: 'bad' | 'throttled' };

/** Failures in this time that are answered as such. */
const FAILURES = 2;
const FAILURES_MS = 60_000;

export class Tokens<T> {
  readonly #o: TokensOptions;
  #open: { readonly token: string; readonly value: T; readonly until: number }[] = [];
  #failures: number[] = [];

  constructor(options: TokensOptions) {
    this.#o = options;
  }

  issue(value: T): string {
    const token = newSecret();
    const now = this.#o.now();
    this.#open = this.#open.filter(({ until }) => until > now).slice(1 - this.#o.most);
    this.#open.push({ token, value, until: now + this.#o.lifeMs });
    return token;
  }

  take(token: string): Taken<T> {
    const now = this.#o.now();
    const fresh = this.#open.filter(({ until }) => until > now);
    // All are looked at: how long it takes says nothing.
    const [found] = fresh.filter((one) => sameSecret(token, one.token));
    this.#open = fresh.filter((one) => one !== found);
    if (found) return { kind: 'good', value: found.value };
    this.#failures = this.#failures.filter((at) => now - at < FAILURES_MS);
    if (this.#failures.length >= FAILURES) return { kind: 'throttled' };
    this.#failures.push(now);
    return { kind: 'bad' };
  }
}
