/**
 * What a YAML file said, kept as JSON: reading YAML against its schema costs a third of a warm
 * start. Good as long as the file is the same to the byte, as far as its inode can tell.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { VERSION } from '@berth/shared/domain/version';
import { replaceFile } from '@berth/shared/files/replace-file';

/** `parse` is asked where nothing is kept, or what is kept is of another state of the file. */
export async function parsedOnce<T>(
  file: string,
  options: { cacheDir: string; parse: () => Promise<T> },
): Promise<T> {
  const { mtimeMs, ctimeMs, size, ino } = statSync(file);
  const stamp = [VERSION, file, mtimeMs, ctimeMs, size, ino].join(' ');
  const kept = path.join(options.cacheDir, `${path.basename(file)}.json`);
  try {
    const found = JSON.parse(readFileSync(kept, 'utf8')) as { stamp: string; value: T };
    if (found.stamp === stamp) return found.value;
  } catch {
    // Nothing kept, or nothing that can be read: the file itself is there.
  }
  const value = await options.parse();
  try {
    replaceFile(kept, JSON.stringify({ stamp, value }));
  } catch {
    // A cache that cannot be written costs time, nothing else.
  }
  return value;
}
