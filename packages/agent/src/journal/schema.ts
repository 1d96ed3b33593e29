/** The tables of the journal, and how an older journal becomes this one. */
import type { DatabaseSync } from 'node:sqlite';
import { BerthError } from '@berth/shared/domain/berth-error';

/** Migration n brings a journal from version n to n + 1; they are only ever added to. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
   CREATE TABLE sessions (
     id TEXT PRIMARY KEY,
     state TEXT NOT NULL,
     name TEXT NOT NULL,
     memory_bytes INTEGER NOT NULL,
     record TEXT NOT NULL
   ) STRICT;
   -- The ledger: one row for each slot that is held now.
   CREATE VIEW slots AS
     SELECT id AS session_id, memory_bytes FROM sessions
     WHERE state IN ('reserved', 'starting', 'running', 'suspended');
   CREATE TABLE requests (
     request_id TEXT PRIMARY KEY,
     method TEXT NOT NULL,
     fingerprint TEXT NOT NULL,
     session_id TEXT NOT NULL,
     at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE events (
     number INTEGER PRIMARY KEY,
     at INTEGER NOT NULL,
     session_id TEXT NOT NULL,
     fact TEXT NOT NULL
   ) STRICT;`,
  // Restart policies, enforcement and memory came to sessions; what is there had none of them.
  `UPDATE sessions SET record = json_set(record,
     '$.spec.restart', 'never',
     '$.enforcement', 'advisory',
     '$.oomKills', 0)
   WHERE json_extract(record, '$.spec') IS NOT NULL;
   UPDATE events SET fact = json_set(fact,
     '$.session.restartPolicy', 'never',
     '$.session.enforcement', NULL,
     '$.session.memoryUsedBytes', 0,
     '$.session.cpuMs', NULL,
     '$.session.cpuPercent', 0,
     '$.session.oomKills', 0)
   WHERE json_extract(fact, '$.type') = 'sessionChanged';`,
  // Attention came to sessions. Of those that were there before nobody is told anything new.
  `ALTER TABLE events ADD COLUMN session_name TEXT NOT NULL DEFAULT '';
   CREATE INDEX events_at ON events (at);
   CREATE TABLE attention (session_id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
   INSERT INTO attention SELECT id, '{"scanned":-1}' FROM sessions;
   UPDATE sessions SET record = json_set(record, '$.spec.headless', json('false'), '$.spec.skipPermissions', json('false'))
   WHERE json_extract(record, '$.spec') IS NOT NULL;
   UPDATE events SET session_name = coalesce(json_extract(fact, '$.session.name'), ''),
     fact = json_set(fact,
       '$.session.attention', NULL,
       '$.session.activity', 'unknown',
       '$.session.figures', NULL,
       '$.session.headless', json('false'),
       '$.session.skipPermissions', json('false'))
   WHERE json_extract(fact, '$.type') = 'sessionChanged';`,
  // Sources of workspaces, queues and suspensions came to sessions.
  `UPDATE sessions SET record = json_set(record, '$.spec.source', json('{"kind":"empty"}'), '$.spec.envNames', json('[]'))
   WHERE json_extract(record, '$.spec') IS NOT NULL;
   UPDATE events SET fact = json_set(fact,
       '$.session.queuePlace', NULL,
       '$.session.queuedAt', NULL,
       '$.session.suspendRequestedAt', NULL,
       '$.session.source', json('{"kind":"empty"}'),
       '$.session.envNames', json('[]'))
   WHERE json_extract(fact, '$.type') = 'sessionChanged';`,
  // Authors came to checkouts: those of before have whom the host names.
  `UPDATE sessions SET record = json_set(record, '$.spec.source.authorName', '', '$.spec.source.authorEmail', '')
   WHERE json_extract(record, '$.spec.source.kind') = 'checkout';
   UPDATE events SET fact = json_set(fact, '$.session.source.authorName', '', '$.session.source.authorEmail', '')
   WHERE json_extract(fact, '$.session.source.kind') = 'checkout';`,
];

/**
 * Brings the journal to this program's version (or to an earlier one), in one transaction. Refuses a journal that a
 * newer program wrote, without touching it.
 */
export function migrate(db: DatabaseSync, upTo = MIGRATIONS.length): void {
  const row = db.prepare('PRAGMA user_version').get() as { user_version: number };
  const version = row.user_version;
  if (version > MIGRATIONS.length) {
    throw new BerthError(
      'JOURNAL_NEWER',
      `cannot open the journal: it has version ${version}, this berthd knows up to ${MIGRATIONS.length}`,
    );
  }
  if (version >= upTo) return;
  db.exec('BEGIN IMMEDIATE');
  for (const migration of MIGRATIONS.slice(version, upTo)) db.exec(migration);
  db.exec(`PRAGMA user_version = ${upTo}`);
  db.exec('COMMIT');
}
