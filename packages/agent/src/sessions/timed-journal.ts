/** A journal that tells how long its commits take. */
import type { Journal } from './journal-port.ts';

/** `observe` gets ms, after each commit, also one that failed. */
export function timedJournal(journal: Journal, observe: (ms: number) => void): Journal {
  return {
    journalId: journal.journalId,
    sessions: () => journal.sessions(),
    request: (requestId) => journal.request(requestId),
    commit(change) {
      const began = performance.now();
      try {
        journal.commit(change);
      } finally {
        observe(performance.now() - began);
      }
    },
    events: (since, limit) => journal.events(since, limit),
    attention: () => journal.attention(),
    numberBefore: (at) => journal.numberBefore(at),
    eventRange: () => journal.eventRange(),
    oldestEventAt: () => journal.oldestEventAt(),
    ping: () => journal.ping(),
    setting: (name) => journal.setting(name),
    set: (name, value) => journal.set(name, value),
  };
}
