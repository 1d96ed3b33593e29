/**
 * What the names of origins are made from: a secret of this user on this machine, kept, so that a browser
 * finds under the name of last time what it has of an editor already: its scripts, and how it was left.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { newSecret } from './secrets.ts';

/** One that cannot be kept is good for this process alone. */
export function originKey(stateDir: string): string {
  const file = path.join(stateDir, 'ui-origins');
  const fresh = newSecret();
  try {
    makeDirectory(stateDir);
    writeFileSync(file, fresh, { mode: 0o600, flag: 'wx' });
    return fresh;
  } catch {
    return kept(file) ?? fresh;
  }
}

function kept(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8');
    return /^[\w-]{43}$/.test(text) ? text : null;
  } catch {
    return null;
  }
}
