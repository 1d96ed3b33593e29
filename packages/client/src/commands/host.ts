/** `berth host VERB`: the hosts you have, their agents, and what becomes of them. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Context } from '../context.ts';
import { findHost } from '../fleet/inventory.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { addHost } from './host-add.ts';
import { hostCode } from './host-code.ts';
import { doctor } from './host-doctor.ts';
import { HOST_FLAGS, type HostArguments } from './host-flags.ts';
import { removeHost } from './host-remove.ts';
import { listHosts, showHost } from './host-show.ts';
import { drainHosts, upgradeHosts } from './host-upkeep.ts';
import { verbOf } from './verbs.ts';

interface Verb {
  /** Flags that mean something to it. */
  readonly flags: readonly (keyof typeof HOST_FLAGS)[];
  run(args: HostArguments, context: Context): Promise<number>;
}

const VERBS: Readonly<Record<string, Verb>> = {
  add: {
    flags: ['jump', 'key', 'port', 'user', 'system', 'size', 'region', 'label'],
    run: addHost,
  },
  list: { flags: [], run: (_args, context) => listHosts(context) },
  show: { flags: [], run: async (args, context) => await showHost(await named(args, context), context) },
  doctor: { flags: ['all'], run: doctor },
  upgrade: { flags: ['all'], run: upgradeHosts },
  drain: { flags: ['all'], run: (args, context) => drainHosts(args, context, true) },
  undrain: { flags: ['all'], run: (args, context) => drainHosts(args, context, false) },
  remove: { flags: ['purge', 'keep-agent', 'yes'], run: removeHost },
  code: { flags: ['from'], run: hostCode },
  forget: { flags: [], run: forget },
};

export const host = defineCommand({
  usage:
    'add NAME [[USER@]ADDRESS] | list | show | doctor | upgrade | drain | undrain | remove | forget HOST | code install|show HOST',
  describe: 'Your hosts: give a machine an agent, look after it, take it away again.',
  example: 'berth host add dev me@dev.example.com',
  flags: HOST_FLAGS,
  verbs: Object.keys(VERBS),
  most: 20,
  async run({ flags, words, rest }, context) {
    const [word, ...others] = words;
    const all = { command: 'host', verbs: VERBS, alias: { ls: 'list', rm: 'remove' }, flags: HOST_FLAGS };
    const { name, verb } = verbOf(word, flags, all);
    if (name === 'list' && others[0] !== undefined) {
      throw new BerthError('USAGE', `berth host list takes no host: see berth host show ${others[0]}`);
    }
    return await verb.run({ flags, words: others, rest }, context);
  },
});

async function named({ words }: HostArguments, context: Context) {
  const [name, extra] = words;
  if (name === undefined) throw new BerthError('USAGE', 'berth host show needs a host');
  if (extra !== undefined) throw new BerthError('USAGE', `berth host show takes one host, not also ${extra}`);
  return findHost(await context.hosts(), name);
}

async function forget({ words }: HostArguments, context: Context): Promise<number> {
  const [name] = words;
  if (name === undefined) throw new BerthError('USAGE', 'berth host forget needs a host');
  const forgotten = await context.forget(findHost(await context.hosts(), name));
  const told = forgotten ? `forgot which machine stood behind ${name}` : `nothing was known about ${name}`;
  context.console.out(context.console.json ? `${toJson({ name, forgotten })}\n` : `${told}\n`);
  return 0;
}
