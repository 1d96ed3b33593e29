/** The flags of `berth host`: those of all its verbs, each naming the verbs that take it. */
import type { Arguments, Flags } from './command.ts';

export const HOST_FLAGS = {
  jump: { type: 'string', value: 'HOST', describe: 'add: reach it through this one (a bastion)' },
  key: { type: 'string', value: 'FILE', describe: 'add: the key to log in with' },
  port: { type: 'string', value: 'PORT', describe: 'add: where its sshd listens' },
  user: { type: 'boolean', describe: 'add: an agent of your own, without root (the default)' },
  system: { type: 'boolean', describe: 'add: share its memory with other users; needs sudo or root there' },
  size: { type: 'string', value: 'TIER', describe: 'add: s, m, l or xl: 1, 2, 4 or 8 slots' },
  region: { type: 'string', value: 'REGION', describe: 'add: where it stands' },
  label: { type: 'list', value: 'K=V', describe: 'add: a label' },
  all: { type: 'boolean', describe: 'upgrade, doctor, drain, undrain: all hosts' },
  from: {
    type: 'string',
    value: 'FILE',
    describe: 'code install: from this archive or directory, not by npm',
  },
  purge: { type: 'boolean', describe: 'remove: end its sessions and delete all they left there' },
  'keep-agent': { type: 'boolean', describe: 'remove: leave the agent running, forget the host here' },
  yes: { type: 'boolean', short: 'y', describe: 'remove: do not ask' },
} as const satisfies Flags;

export type HostArguments = Arguments<typeof HOST_FLAGS>;
