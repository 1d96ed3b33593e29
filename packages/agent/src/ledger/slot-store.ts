/**
 * Who holds how much of a shared host, in SQLite. Like the journal: synchronous, and on disk when
 * a change returns, so that between looking and committing nobody else can take the same memory.
 */
import { DatabaseSync } from 'node:sqlite';

export interface HeldSlot {
  readonly sessionId: string;
  /** Number of the user whose session it is. */
  readonly uid: number;
  readonly memoryBytes: number;
}

export interface SlotStore extends Disposable {
  all(): HeldSlot[];
  find(sessionId: string): HeldSlot | null;
  put(slot: HeldSlot): void;
  remove(sessionId: string): void;
}

export function openSlotStore(file: string): SlotStore {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS slots (
      session_id TEXT PRIMARY KEY,
      uid INTEGER NOT NULL,
      memory_bytes INTEGER NOT NULL
    ) STRICT;`);
  const select = db.prepare('SELECT * FROM slots');
  const insert = db.prepare('INSERT INTO slots VALUES (?, ?, ?)');
  const drop = db.prepare('DELETE FROM slots WHERE session_id = ?');
  const slots = new Map<string, HeldSlot>();
  for (const row of select.all() as { session_id: string; uid: number; memory_bytes: number }[]) {
    slots.set(row.session_id, { sessionId: row.session_id, uid: row.uid, memoryBytes: row.memory_bytes });
  }
  return {
    all: () => [...slots.values()],
    find: (sessionId) => slots.get(sessionId) ?? null,
    put(slot) {
      insert.run(slot.sessionId, slot.uid, slot.memoryBytes);
      slots.set(slot.sessionId, slot);
    },
    remove(sessionId) {
      drop.run(sessionId);
      slots.delete(sessionId);
    },
    [Symbol.dispose]: () => db.close(),
  };
}
