/** Opening a journal that may be damaged: it is put aside under a name that says so, never thrown away. */
import { existsSync, renameSync } from 'node:fs';
import type { Journal } from '../sessions/journal-port.ts';
import { isDamage, openJournal } from './store.ts';

export interface OpenedJournal {
  readonly journal: Journal & Disposable;
  /** Where the damaged one was put; null if there was none. */
  readonly damaged: { readonly keptAt: string; readonly error: unknown } | null;
}

/** `stamp` goes into the name of a damaged journal, e.g. an ISO date. */
export function openOrReplace(file: string, stamp: string): OpenedJournal {
  try {
    return { journal: openJournal(file), damaged: null };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const keptAt = `${file}.damaged-${stamp}`;
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, keptAt + suffix);
    }
    return { journal: openJournal(file), damaged: { keptAt, error } };
  }
}
