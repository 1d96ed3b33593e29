/** `berth pool VERB`: machines that providers make, and that are hosts while they are there. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Context } from '../context.ts';
import { defineCommand } from './command.ts';
import { POOL_FLAGS, type PoolArguments } from './pool-flags.ts';
import { verbOf } from './verbs.ts';

interface Verb {
  /** Flags that mean something to it. */
  readonly flags: readonly (keyof typeof POOL_FLAGS)[];
  /** Takes names of machines. */
  readonly names?: true;
  readonly load: () => Promise<(args: PoolArguments, context: Context) => Promise<number>>;
}

const VERBS: Readonly<Record<string, Verb>> = {
  list: { flags: ['provider'], load: async () => (await import('./pool-list.ts')).listPool },
  sizes: { flags: [], load: async () => (await import('./pool-prices.ts')).listSizes },
  prices: { flags: ['provider', 'region'], load: async () => (await import('./pool-prices.ts')).listPrices },
  create: {
    flags: ['provider', 'size', 'region'],
    names: true,
    load: async () => (await import('./pool-create.ts')).createMachines,
  },
  start: {
    flags: ['provider'],
    names: true,
    load: async () => (await import('./pool-power.ts')).startMachines,
  },
  stop: {
    flags: ['provider', 'force', 'yes'],
    names: true,
    load: async () => (await import('./pool-power.ts')).stopMachines,
  },
  delete: {
    flags: ['provider', 'force', 'yes'],
    names: true,
    load: async () => (await import('./pool-delete.ts')).deleteMachines,
  },
  scale: {
    flags: ['provider', 'size', 'region', 'dry-run', 'yes'],
    names: true,
    load: async () => (await import('./pool-scale.ts')).scalePool,
  },
  prune: {
    flags: ['provider', 'idle', 'dry-run', 'yes'],
    load: async () => (await import('./pool-scale.ts')).prunePool,
  },
};

export const pool = defineCommand({
  usage: 'list | create NAME… | delete NAME… | start NAME… | stop NAME… | scale N | prune | sizes | prices',
  describe: 'Machines from providers: made, started, stopped and deleted, and hosts of yours meanwhile.',
  example: 'berth pool list',
  flags: POOL_FLAGS,
  verbs: Object.keys(VERBS),
  async run({ flags, words, rest }, context) {
    const [word, ...others] = words;
    const all = { command: 'pool', verbs: VERBS, alias: { ls: 'list', rm: 'delete' }, flags: POOL_FLAGS };
    const { name, verb } = verbOf(word, flags, all);
    if (!verb.names && others[0] !== undefined) {
      throw new BerthError('USAGE', `berth pool ${name} takes no words, and ${others[0]} is one`);
    }
    if (verb.names && others.length === 0) {
      throw new BerthError('USAGE', `berth pool ${name} needs ${name === 'scale' ? 'a number' : 'a name'}`);
    }
    return await (await verb.load())({ flags, words: others, rest }, context);
  },
});
