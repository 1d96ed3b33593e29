/** What changes in a directory when a file of it appears, goes, grows or is written. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

export function stampOf(directory: string): string {
  try {
    const names = readdirSync(directory);
    return names
      .map((name) => {
        const found = statSync(path.join(directory, name), { throwIfNoEntry: false });
        return `${name}:${found?.size}:${found?.mtimeMs}`;
      })
      .join('|');
  } catch {
    return 'gone';
  }
}
