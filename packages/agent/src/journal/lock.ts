/**
 * One agent a state directory: an exclusive transaction in a small SQLite file, held for life.
 * The kernel drops it with the process, however that ends, so it is never stale; Node has no
 * flock of its own.
 */
import { DatabaseSync } from 'node:sqlite';
import { BerthError } from '@berth/shared/domain/berth-error';

/** Throws AGENT_RUNNING where another process holds it. */
export function lockStateDirectory(file: string, directory: string): Disposable {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    // SQLITE_BUSY
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== 5) throw error;
    throw new BerthError('AGENT_RUNNING', `cannot start berthd: another one owns ${directory}`);
  }
  return { [Symbol.dispose]: () => db.close() };
}
