/** `PORT` and `PORT:LOCAL` as people write them. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';

export interface PortWord {
  /** On the host. */
  readonly port: number;
  /** On this machine; null: the same, or one near it that is free. */
  readonly local: number | null;
}

/** Throws USAGE. */
export function parsePortWord(word: string): PortWord {
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

/** Local ports to try in turn for one of a host; 0 is any that is free. */
export function candidates(port: number): number[] {
  // Below 1024 a user may not listen: 80 becomes 8080, 443 becomes 8443.
  const near = port < 1024 ? [port + 8000] : [];
  const next = Array.from({ length: 9 }, (_, i) => (near[0] ?? port) + 1 + i);
  return [port, ...near, ...next.filter((one) => one <= 65_535), 0];
}
