/** `PORT` and `PORT:LOCAL` as people write them. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';

export interface PortWord {
  /** On the host. */
  readonly port: number;
  /** On this machine; null: the same, or one near it that is free. */
  readonly local: number | null;
}

/** Those with a local port first: what is only preferred must not take it from them. Throws USAGE. */
export function parsePortWords(words: readonly string[]): PortWord[] {
  const parsed = words.map(parsePortWord);
  for (const { port, local } of parsed) {
    const sameLocal = parsed.filter((other) => local !== null && other.local === local);
    const same = parsed.filter((other) => other.port === port);
    if (same.length > 1) throw new BerthError('USAGE', `cannot forward port ${port} twice at once`);
    if (sameLocal.length > 1) {
      throw new BerthError('USAGE', `cannot have two ports as localhost:${local}`);
    }
  }
  return parsed.sort((a, b) => Number(a.local === null) - Number(b.local === null));
}

function parsePortWord(word: string): PortWord {
  const [port = '', local, ...more] = word.split(':');
  if (more.length > 0) throw wrong(word);
  return { port: portOf(port, word), local: local === undefined ? null : portOf(local, word) };
}

function portOf(text: string, word: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw wrong(word);
  return port;
}

function wrong(word: string): BerthError {
  return new BerthError('USAGE', `cannot forward ${word}: a port is a number from 1 to 65535`, {
    hint: 'berth forward SESSION 3000, or 3000:8080 to have it as localhost:8080',
  });
}

/** Where `berth ui` is, BERTH on the keys of a telephone, and beside it `berth code`; else at one of the next. */
export const UI_PORT = 23_784;
export const CODE_PORT = 23_785;

/**
 * All of those. To a browser they are the same origin whoever listens there: what a session serves at one of
 * them can leave a service worker behind, which would have the login of the next `berth ui`.
 */
export const OWN_PORTS: readonly number[] = Array.from({ length: 11 }, (_, i) => UI_PORT + i);

/** What a system picks is free in one protocol; whether in the other as well is seen then. */
const ANY = [0, 0, 0, 0];

/** Local ports to try in turn for one of a host; 0 is any that is free. */
export function candidates(port: number): number[] {
  // Below 1024 a user may not listen: 80 becomes 8080, 443 becomes 8443.
  const near = port < 1024 ? [port + 8000] : [];
  const next = Array.from({ length: 9 }, (_, i) => (near[0] ?? port) + 1 + i);
  return [port, ...near, ...next.filter((one) => one <= 65_535), ...ANY];
}
