/**
 * The journal in SQLite: WAL with synchronous=FULL, so that what `commit` returned from survives
 * a power cut. One connection, one thread, statements prepared once.
 */
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { Fact, HostEvent } from '@berth/shared/domain/event';
import type { Session } from '../domain/session.ts';
import type { GrantedRequest, Journal } from '../sessions/journal-port.ts';
import { migrate } from './schema.ts';

/** Events kept, by number and by age; older ones are dropped in steps of a tenth. */
export interface Retention {
  readonly events: number;
  /** In ms. */
  readonly age: number;
}

const RETENTION: Retention = { events: 100_000, age: 30 * 86_400_000 };

/** Opens the journal, or makes it. Throws on damage (see isDamage) and on a newer version. */
export function openJournal(file: string, retention = RETENTION): Journal & Disposable {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0;');
    const check = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (check.quick_check !== 'ok') throw new JournalDamage(check.quick_check);
    migrate(db);
    return new SqliteJournal(db, retention);
  } catch (error) {
    db.close();
    throw error;
  }
}

class JournalDamage extends Error {}

/** SQLite's ways to say that a file is no journal any more: SQLITE_CORRUPT (11) and SQLITE_NOTADB (26). */
export function isDamage(error: unknown): boolean {
  if (error instanceof JournalDamage) return true;
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && [11, 26].includes(code & 0xff);
}

class SqliteJournal implements Journal, Disposable {
  readonly journalId: string;
  readonly #db: DatabaseSync;
  readonly #retention: Retention;
  #newest: number;
  #oldest: number;

  constructor(db: DatabaseSync, retention: Retention) {
    this.#db = db;
    this.#retention = retention;
    db.prepare('INSERT OR IGNORE INTO meta VALUES (?, ?)').run('journal_id', randomUUID());
    const row = db.prepare("SELECT value FROM meta WHERE key = 'journal_id'").get() as { value: string };
    this.journalId = row.value;
    const range = db.prepare('SELECT min(number) AS oldest, max(number) AS newest FROM events').get() as {
      oldest: number | null;
      newest: number | null;
    };
    this.#oldest = range.oldest ?? 0;
    this.#newest = range.newest ?? 0;
    this.#selectSetting = db.prepare('SELECT value FROM meta WHERE key = ?');
    this.#upsertSetting = db.prepare(
      'INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
    this.#insertEvent = db.prepare(
      'INSERT INTO events (number, at, session_id, session_name, fact) VALUES (?, ?, ?, ?, ?)',
    );
    this.#upsertAttention = db.prepare(
      'INSERT INTO attention VALUES (?, ?) ON CONFLICT (session_id) DO UPDATE SET record = excluded.record',
    );
    this.#selectAt = db.prepare('SELECT min(number) AS number FROM events WHERE at >= ?');
    this.#selectOldestAt = db.prepare('SELECT at FROM events ORDER BY number LIMIT 1');
    this.#upsertSession = db.prepare(
      `INSERT INTO sessions VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, name = excluded.name,
         memory_bytes = excluded.memory_bytes, record = excluded.record`,
    );
    this.#deleteSession = db.prepare('DELETE FROM sessions WHERE id = ?');
    this.#deleteAttention = db.prepare('DELETE FROM attention WHERE session_id = ?');
    this.#insertRequest = db.prepare('INSERT INTO requests VALUES (?, ?, ?, ?, ?)');
    this.#selectRequest = db.prepare('SELECT * FROM requests WHERE request_id = ?');
    this.#selectEvents = db.prepare('SELECT * FROM events WHERE number > ? ORDER BY number LIMIT ?');
    this.#writePing = db.prepare("INSERT OR REPLACE INTO meta VALUES ('ping', ?)");
  }

  readonly #selectSetting;
  readonly #upsertSetting;
  readonly #insertEvent;
  readonly #upsertAttention;
  readonly #selectAt;
  readonly #selectOldestAt;
  readonly #upsertSession;
  readonly #deleteSession;
  readonly #deleteAttention;
  readonly #insertRequest;
  readonly #selectRequest;
  readonly #selectEvents;
  readonly #writePing;
  #pings = 0;

  sessions(): Session[] {
    const rows = this.#db.prepare('SELECT record FROM sessions').all() as { record: string }[];
    return rows.map((row) => JSON.parse(row.record) as Session);
  }

  request(requestId: string): GrantedRequest | null {
    const row = this.#selectRequest.get(requestId) as Record<string, string> | undefined;
    if (!row) return null;
    return {
      requestId,
      method: row.method ?? '',
      fingerprint: row.fingerprint ?? '',
      sessionId: row.session_id ?? '',
    };
  }

  commit(change: Parameters<Journal['commit']>[0]): void {
    let number = this.#newest;
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      for (const session of change.sessions) {
        const { id, state, name, memoryBytes } = session;
        this.#upsertSession.run(id, state, name, memoryBytes, JSON.stringify(session));
      }
      for (const id of change.removed ?? []) {
        this.#deleteSession.run(id);
        this.#deleteAttention.run(id);
      }
      const request = change.request;
      if (request) {
        const { requestId, method, fingerprint, sessionId } = request;
        this.#insertRequest.run(requestId, method, fingerprint, sessionId, change.at);
      }
      for (const { sessionId, record } of change.attention ?? [])
        this.#upsertAttention.run(sessionId, record);
      for (const { name, value } of change.settings ?? []) this.#upsertSetting.run(name, value);
      for (const { sessionId, sessionName, fact } of change.facts) {
        number += 1;
        this.#insertEvent.run(number, change.at, sessionId, sessionName, JSON.stringify(fact));
      }
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw translated(error);
    }
    this.#newest = number;
    if (this.#oldest === 0 && number > 0) this.#oldest = 1;
    this.#retain(change.at);
  }

  attention(): ReadonlyMap<string, string> {
    const rows = this.#db.prepare('SELECT session_id, record FROM attention').all() as {
      session_id: string;
      record: string;
    }[];
    return new Map(rows.map((row) => [row.session_id, row.record]));
  }

  numberBefore(at: number): number {
    const row = this.#selectAt.get(at) as { number: number | null };
    return row.number === null ? this.#newest : row.number - 1;
  }

  events(since: number, limit: number): HostEvent[] {
    const rows = this.#selectEvents.all(since, limit) as {
      number: number;
      at: number;
      session_id: string;
      session_name: string;
      fact: string;
    }[];
    return rows.map((row) => ({
      number: row.number,
      at: row.at,
      sessionId: row.session_id,
      sessionName: row.session_name,
      fact: JSON.parse(row.fact) as Fact,
    }));
  }

  setting(name: string): string | null {
    const row = this.#selectSetting.get(name) as { value: string } | undefined;
    return row?.value ?? null;
  }

  set(name: string, value: string): void {
    try {
      this.#upsertSetting.run(name, value);
    } catch (error) {
      throw translated(error);
    }
  }

  eventRange(): { oldest: number; newest: number } {
    return { oldest: this.#oldest, newest: this.#newest };
  }

  oldestEventAt(): number | null {
    const row = this.#selectOldestAt.get() as { at: number } | undefined;
    return row?.at ?? null;
  }

  ping(): void {
    try {
      this.#pings += 1;
      this.#writePing.run(String(this.#pings));
    } catch (error) {
      throw translated(error);
    }
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  /** The newest event stays, however old: numbers go on from it. */
  #retain(now: number): void {
    const { events, age } = this.#retention;
    const step = Math.max(1, Math.floor(events / 10));
    const tooMany = this.#newest - this.#oldest >= events + step;
    const tooOld = this.#newest % step === 0 && (this.oldestEventAt() ?? now) < now - age * 1.1;
    if (!tooMany && !tooOld) return;
    const young = this.numberBefore(now - age) + 1;
    const oldest = Math.min(this.#newest, Math.max(young, this.#newest - events + 1));
    if (oldest <= this.#oldest) return;
    this.#db.prepare('DELETE FROM events WHERE number < ?').run(oldest);
    this.#oldest = oldest;
  }
}

function translated(error: unknown): unknown {
  const code = (error as { errcode?: number }).errcode;
  // SQLITE_FULL (13), and SQLITE_IOERR (10) as a write beyond the last block reports it.
  if (code !== undefined && [10, 13].includes(code & 0xff)) {
    return new BerthError('DISK_FULL', `cannot write the journal: ${messageOf(error)}`, { cause: error });
  }
  return error;
}
