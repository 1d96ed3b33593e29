/** The flags of `berth pool`: those of all its verbs, each naming the verbs that take it. */
import type { Arguments, Flags } from './command.ts';

export const POOL_FLAGS = {
  provider: { type: 'string', value: 'NAME', describe: 'whose machines; may be left out where there is one' },
  size: {
    type: 'string',
    value: 'SIZE',
    describe: 'create, scale: a tier (s, m, l, xl), or a name of theirs',
  },
  region: { type: 'string', value: 'REGION', describe: 'create, scale, prices: where' },
  idle: { type: 'string', value: 'TIME', describe: 'prune: hosts without a session for so long (30m)' },
  force: { type: 'boolean', describe: 'delete, stop: also while sessions run there' },
  'dry-run': { type: 'boolean', describe: 'scale, prune: only say what would be done' },
  yes: { type: 'boolean', short: 'y', describe: 'delete, stop, scale, prune: do not ask' },
} as const satisfies Flags;

export type PoolArguments = Arguments<typeof POOL_FLAGS>;
