/** The policy's state on disk: `notify.json` in the state directory, written anew and put into place. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '@berth/shared/files/replace-file';
import { EMPTY_STATE } from './policy.ts';
import type { PolicyState } from './policy-types.ts';

export interface StateFile {
  load(): PolicyState;
  save(state: PolicyState): void;
}

export function stateFile(stateDir: string): StateFile {
  const file = path.join(stateDir, 'notify.json');
  return {
    load() {
      try {
        const state = JSON.parse(readFileSync(file, 'utf8')) as Partial<PolicyState>;
        const { seen, waiting, told, last } = state;
        if (seen && last && Array.isArray(waiting) && Array.isArray(told))
          return { seen, waiting, told, last };
      } catch {
        // None yet, or one that cannot be read: what happens from now on is told.
      }
      return EMPTY_STATE;
    },
    save: (state) => replaceFile(file, JSON.stringify(state)),
  };
}
