/** The page's tabs and their order, in the state directory: they return when the UI was started again. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { replaceFile } from '@berth/shared/files/replace-file';

const MOST_BYTES = 256 * 1024;

export interface LayoutFile {
  /** Null where there is none that can be read. */
  read(): unknown;
  /** What was put last counts. Throws ARGUMENT_INVALID where it is too large. */
  write(layout: unknown): void;
}

export function layoutFile(stateDir: string): LayoutFile {
  const file = path.join(stateDir, 'ui-layout.json');
  return {
    read() {
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as unknown;
      } catch {
        return null;
      }
    },
    write(layout) {
      const text = JSON.stringify(layout ?? null);
      if (Buffer.byteLength(text) > MOST_BYTES)
        throw new BerthError('ARGUMENT_INVALID', 'the layout is too large to be kept', { hint: '' });
      replaceFile(file, text);
    },
  };
}
