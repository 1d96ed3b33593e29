/** What the sessions of `berth start` begin with, by its flags. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { EMPTY_SOURCE } from '@berth/shared/domain/workspace-source';
import { nothingToBring, type Parcel } from '../workspace/parcel.ts';
import type { Flags, FlagValues } from './command.ts';

export const SOURCE_FLAGS = {
  directory: {
    type: 'string',
    value: 'DIR',
    describe: 'work in this directory of the host, which is there already',
  },
} as const satisfies Flags;

/** Throws USAGE for flags that do not go together. */
export async function parcelOf(flags: FlagValues<typeof SOURCE_FLAGS>): Promise<Parcel> {
  const { directory } = flags;
  if (directory === undefined) return nothingToBring(EMPTY_SOURCE);
  if (!/^(\/|~\/|~$)/.test(directory)) {
    throw new BerthError('USAGE', `--directory cannot be ${directory}: it begins with / or ~/`, {
      hint: 'it is a directory of the host, whose own working directory nobody knows',
    });
  }
  return nothingToBring({ kind: 'directory', path: directory }, directory);
}
