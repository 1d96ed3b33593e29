/** All commands by name, each loaded only when chosen. */
import type { AnyCommand } from './command.ts';

/** Headings of `berth --help`, in its order. */
export const GROUPS = [
  'sessions',
  'the work of a session',
  'who asks for you',
  'pausing and ending',
  'hosts',
  'berth itself',
] as const;

export interface Entry {
  readonly name: string;
  readonly group: (typeof GROUPS)[number];
  readonly alias?: string;
  readonly describe: string;
  /** Words that name what comes next, for completion. */
  readonly completes?: 'session' | 'host';
  readonly load: () => Promise<AnyCommand>;
}

export const CATALOG: readonly Entry[] = [
  {
    name: 'start',
    group: 'sessions',
    describe: 'start sessions: one per prompt, or one command',
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'history',
    group: 'sessions',
    describe: 'what you started from here, to start it again',
    load: async () => (await import('./history.ts')).history,
  },
  {
    name: 'list',
    group: 'sessions',
    alias: 'ls',
    describe: 'list the sessions of all hosts',
    load: async () => (await import('./list.ts')).list,
  },
  {
    name: 'show',
    group: 'sessions',
    describe: 'everything about one session',
    completes: 'session',
    load: async () => (await import('./show.ts')).show,
  },
  {
    name: 'output',
    group: 'sessions',
    describe: 'what a session printed',
    completes: 'session',
    load: async () => (await import('./output.ts')).output,
  },
  {
    name: 'attach',
    group: 'sessions',
    describe: 'your terminal on a session',
    completes: 'session',
    load: async () => (await import('./attach.ts')).attach,
  },
  {
    name: 'connect',
    group: 'sessions',
    describe: 'attach, creating the named session if it is not there',
    completes: 'session',
    load: async () => (await import('./connect.ts')).connect,
  },
  {
    name: 'send',
    group: 'sessions',
    describe: 'type into a session',
    completes: 'session',
    load: async () => (await import('./send.ts')).send,
  },
  {
    name: 'exec',
    group: 'the work of a session',
    describe: 'run a command beside a session',
    completes: 'session',
    load: async () => (await import('./exec.ts')).exec,
  },
  {
    name: 'cp',
    group: 'the work of a session',
    describe: 'copy files to and from a session',
    completes: 'session',
    load: async () => (await import('./cp.ts')).cp,
  },
  {
    name: 'code',
    group: 'the work of a session',
    describe: 'VS Code on the workspace of a session',
    completes: 'session',
    load: async () => (await import('./code.ts')).code,
  },
  {
    name: 'forward',
    group: 'the work of a session',
    describe: 'reach what a session listens on as localhost',
    completes: 'session',
    load: async () => (await import('./forward.ts')).forward,
  },
  {
    name: 'ui',
    group: 'sessions',
    describe: 'every session as a tab in your browser',
    load: async () => (await import('./ui.ts')).ui,
  },
  {
    name: 'ssh',
    group: 'sessions',
    describe: 'a session on a host, or a plain login',
    completes: 'host',
    load: async () => (await import('./ssh.ts')).ssh,
  },
  {
    name: 'disconnect',
    group: 'sessions',
    describe: 'detach all terminals from sessions',
    completes: 'session',
    load: async () => (await import('./disconnect.ts')).disconnect,
  },
  {
    name: 'kill',
    group: 'pausing and ending',
    describe: 'end sessions',
    completes: 'session',
    load: async () => (await import('./kill.ts')).kill,
  },
  {
    name: 'suspend',
    group: 'pausing and ending',
    describe: 'stop sessions for a time; they keep their slots',
    completes: 'session',
    load: async () => (await import('./suspend.ts')).suspend,
  },
  {
    name: 'resume',
    group: 'pausing and ending',
    describe: 'let suspended sessions go on',
    completes: 'session',
    load: async () => (await import('./suspend.ts')).resume,
  },
  {
    name: 'rm',
    group: 'pausing and ending',
    describe: 'remove ended sessions for good',
    completes: 'session',
    load: async () => (await import('./rm.ts')).rm,
  },
  {
    name: 'prune',
    group: 'pausing and ending',
    describe: 'remove sessions that ended long ago',
    load: async () => (await import('./prune.ts')).prune,
  },
  {
    name: 'next',
    group: 'who asks for you',
    describe: 'attach to the session that has waited longest for you',
    load: async () => (await import('./next.ts')).next,
  },
  {
    name: 'ack',
    group: 'who asks for you',
    describe: 'say that you have seen what sessions ask for',
    completes: 'session',
    load: async () => (await import('./ack.ts')).ack,
  },
  {
    name: 'snooze',
    group: 'who asks for you',
    describe: 'quiet sessions for a time',
    completes: 'session',
    load: async () => (await import('./snooze.ts')).snooze,
  },
  {
    name: 'explain',
    group: 'who asks for you',
    describe: 'why a session is taken to work, wait or ask',
    completes: 'session',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'pull',
    group: 'the work of a session',
    describe: 'bring the work of a session here, as branches',
    completes: 'session',
    load: async () => (await import('./pull.ts')).pull,
  },
  {
    name: 'diff',
    group: 'the work of a session',
    describe: 'what a session has changed, without fetching it',
    completes: 'session',
    load: async () => (await import('./diff.ts')).diff,
  },
  {
    name: 'tag',
    group: 'sessions',
    describe: 'show, set and remove tags of sessions',
    completes: 'session',
    load: async () => (await import('./tag.ts')).tag,
  },
  {
    name: 'session',
    group: 'sessions',
    describe: 'show, set or clear the name of a session',
    completes: 'session',
    load: async () => (await import('./session.ts')).session,
  },
  {
    name: 'watch',
    group: 'who asks for you',
    describe: 'what happens on all hosts, as it happens; notifies you',
    load: async () => (await import('./watch.ts')).watch,
  },
  {
    name: 'status',
    group: 'hosts',
    describe: 'hosts: free slots, memory, load, cost',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'dash',
    group: 'sessions',
    describe: 'every session of every host on one screen',
    load: async () => (await import('./dash.ts')).dash,
  },
  {
    name: 'top',
    group: 'hosts',
    describe: 'the same, live, as bars',
    load: async () => (await import('./top.ts')).top,
  },
  {
    name: 'host',
    group: 'hosts',
    describe: 'add, look at, upgrade, drain and remove hosts',
    completes: 'host',
    load: async () => (await import('./host.ts')).host,
  },
  {
    name: 'pool',
    group: 'hosts',
    describe: 'make, switch off, scale and delete machines of providers',
    load: async () => (await import('./pool.ts')).pool,
  },
  {
    name: 'logs',
    group: 'hosts',
    describe: "what a host's agent logged",
    completes: 'host',
    load: async () => (await import('./logs.ts')).logs,
  },
  {
    name: 'hooks',
    group: 'who asks for you',
    describe: "wire a coding agent's own hooks",
    load: async () => (await import('./hooks.ts')).hooks,
  },
  {
    name: 'tunnel',
    group: 'hosts',
    describe: 'a local socket that speaks the gRPC of a host',
    completes: 'host',
    load: async () => (await import('./tunnel.ts')).tunnel,
  },
  {
    name: 'config',
    group: 'berth itself',
    describe: 'the settings, and where each comes from',
    load: async () => (await import('./config.ts')).config,
  },
  {
    name: 'completion',
    group: 'berth itself',
    describe: 'completion for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completion,
  },
  {
    name: 'version',
    group: 'berth itself',
    describe: 'versions of client and agents',
    load: async () => (await import('./version.ts')).version,
  },
];

export function findEntry(name: string): Entry | undefined {
  return CATALOG.find((entry) => entry.name === name || entry.alias === name);
}
