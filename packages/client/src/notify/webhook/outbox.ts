/**
 * What is yet to be sent, one file a delivery, so that a client that was killed goes on with it.
 * Holds no address and no key: only a digest that tells which webhook it is for.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { privateDirectory } from '../../config/paths.ts';
import type { WebhookFormat } from './body.ts';

export interface Entry {
  readonly id: string;
  /** Digest of the webhook's address. */
  readonly target: string;
  readonly format: WebhookFormat;
  /** Ms since the epoch. */
  readonly created: number;
  /** JSON, as it will be sent; for PagerDuty without its key. */
  readonly body: string;
}

export interface Queued extends Entry {
  readonly file: string;
}

export class Outbox {
  readonly #directory: string;
  readonly #most: number;
  #last = 0;

  /** `stateDir` is made where it is not there; `most`: deliveries kept, beyond, the oldest go. */
  constructor(stateDir: string, most = 1000) {
    this.#most = most;
    makeDirectory(stateDir);
    this.#directory = privateDirectory(path.join(stateDir, 'outbox'));
  }

  /** On disk when this returns. What is there already is not put twice. Returns how many had to go for it. */
  put(entry: Entry): number {
    const names = this.#names();
    const suffix = `-${digest(`${entry.target} ${entry.id}`)}.json`;
    if (names.some((name) => name.endsWith(suffix))) return 0;
    // Files sort in the order in which they were put, also within one millisecond.
    this.#last = Math.max(this.#last + 1, entry.created * 1000);
    const file = path.join(this.#directory, `${String(this.#last).padStart(17, '0')}${suffix}`);
    writeFileSync(`${file}.new`, JSON.stringify(entry), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
    const tooMany = names.slice(0, Math.max(0, names.length + 1 - this.#most));
    for (const name of tooMany) this.remove(path.join(this.#directory, name));
    return tooMany.length;
  }

  /** Of one webhook, the oldest first; each is read when it is asked for. */
  *of(target: string): Generator<Queued, undefined> {
    for (const name of this.#names()) {
      const file = path.join(this.#directory, name);
      const entry = read(file);
      if (entry === null) this.remove(file);
      else if (entry !== 'gone' && entry.target === target) yield { ...entry, file };
    }
  }

  /** What nothing is configured for any more goes when it is too old to be sent. */
  expire(before: number): void {
    for (const name of this.#names()) {
      if (Number(name.slice(0, 17)) < before * 1000) this.remove(path.join(this.#directory, name));
    }
  }

  remove(file: string): void {
    rmSync(file, { force: true });
  }

  #names(): string[] {
    return readdirSync(this.#directory)
      .filter((name) => /^\d{17}-[0-9a-f]+\.json$/.test(name))
      .sort();
  }
}

/** Null for what is no entry. */
function read(file: string): Entry | 'gone' | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return 'gone';
  }
  try {
    const entry = JSON.parse(text) as Entry;
    return typeof entry.body === 'string' && typeof entry.target === 'string' ? entry : null;
  } catch {
    return null;
  }
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
