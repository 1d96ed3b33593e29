/** Looks whether remotes.yaml changed, for what runs for long. */
import { unwatchFile, watchFile } from 'node:fs';

const EVERY_MS = 1000;

/**
 * Calls back after each change, be the file there before and after or not. Looked at in intervals:
 * editors put a new file in the place of the old one, and notices of its directory differ by system.
 */
export function watchRemotes(file: string, changed: () => void): Disposable {
  const look = () => changed();
  watchFile(file, { interval: EVERY_MS, persistent: false }, look);
  return { [Symbol.dispose]: () => unwatchFile(file, look) };
}
