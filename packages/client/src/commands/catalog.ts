/** All commands by name, each loaded only when chosen. */
import type { AnyCommand } from './command.ts';

export interface Entry {
  readonly name: string;
  readonly alias?: string;
  readonly describe: string;
  /** Words that name what comes next, for completion. */
  readonly completes?: 'session' | 'host';
  readonly load: () => Promise<AnyCommand>;
}

export const CATALOG: readonly Entry[] = [
  {
    name: 'start',
    describe: 'start sessions: one per prompt, or one command',
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'list',
    alias: 'ls',
    describe: 'list the sessions of all hosts',
    load: async () => (await import('./list.ts')).list,
  },
  {
    name: 'show',
    describe: 'everything about one session',
    completes: 'session',
    load: async () => (await import('./show.ts')).show,
  },
  {
    name: 'output',
    describe: 'what a session printed',
    completes: 'session',
    load: async () => (await import('./output.ts')).output,
  },
  {
    name: 'attach',
    describe: 'your terminal on a session',
    completes: 'session',
    load: async () => (await import('./attach.ts')).attach,
  },
  {
    name: 'connect',
    describe: 'attach, creating the named session if it is not there',
    completes: 'session',
    load: async () => (await import('./connect.ts')).connect,
  },
  {
    name: 'send',
    describe: 'type into a session',
    completes: 'session',
    load: async () => (await import('./send.ts')).send,
  },
  {
    name: 'exec',
    describe: 'run a command beside a session',
    completes: 'session',
    load: async () => (await import('./exec.ts')).exec,
  },
  {
    name: 'cp',
    describe: 'copy files to and from a session',
    completes: 'session',
    load: async () => (await import('./cp.ts')).cp,
  },
  {
    name: 'ssh',
    describe: 'a session on a host, or a plain login',
    completes: 'host',
    load: async () => (await import('./ssh.ts')).ssh,
  },
  {
    name: 'disconnect',
    describe: 'detach all terminals from sessions',
    completes: 'session',
    load: async () => (await import('./disconnect.ts')).disconnect,
  },
  {
    name: 'kill',
    describe: 'end sessions',
    completes: 'session',
    load: async () => (await import('./kill.ts')).kill,
  },
  {
    name: 'suspend',
    describe: 'stop sessions for a time; they keep their slots',
    completes: 'session',
    load: async () => (await import('./suspend.ts')).suspend,
  },
  {
    name: 'resume',
    describe: 'let suspended sessions go on',
    completes: 'session',
    load: async () => (await import('./suspend.ts')).resume,
  },
  {
    name: 'rm',
    describe: 'remove ended sessions for good',
    completes: 'session',
    load: async () => (await import('./rm.ts')).rm,
  },
  {
    name: 'prune',
    describe: 'remove what ended long ago',
    load: async () => (await import('./prune.ts')).prune,
  },
  {
    name: 'next',
    describe: 'attach to the session that has waited longest for you',
    load: async () => (await import('./next.ts')).next,
  },
  {
    name: 'ack',
    describe: 'say that you have seen what sessions ask for',
    completes: 'session',
    load: async () => (await import('./ack.ts')).ack,
  },
  {
    name: 'snooze',
    describe: 'quiet sessions for a time',
    completes: 'session',
    load: async () => (await import('./snooze.ts')).snooze,
  },
  {
    name: 'explain',
    describe: 'why a session is taken to work, wait or ask',
    completes: 'session',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'pull',
    describe: "a session's work as branches of the repository here",
    completes: 'session',
    load: async () => (await import('./pull.ts')).pull,
  },
  {
    name: 'diff',
    describe: 'what a session changed',
    completes: 'session',
    load: async () => (await import('./diff.ts')).diff,
  },
  {
    name: 'tag',
    describe: 'set and remove tags of sessions',
    completes: 'session',
    load: async () => (await import('./tag.ts')).tag,
  },
  {
    name: 'session',
    describe: 'rename a session',
    completes: 'session',
    load: async () => (await import('./session.ts')).session,
  },
  {
    name: 'watch',
    describe: 'what happens on all hosts, as it happens',
    load: async () => (await import('./watch.ts')).watch,
  },
  {
    name: 'status',
    describe: 'hosts, memory and free slots',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'dash',
    describe: 'every session of every host on one screen',
    load: async () => (await import('./dash.ts')).dash,
  },
  {
    name: 'top',
    describe: 'the hosts, live: slots and memory as bars, load',
    load: async () => (await import('./top.ts')).top,
  },
  {
    name: 'host',
    describe: 'hosts: list, show, forget',
    completes: 'host',
    load: async () => (await import('./host.ts')).host,
  },
  {
    name: 'pool',
    describe: 'machines from providers: create, delete, scale, prices',
    load: async () => (await import('./pool.ts')).pool,
  },
  {
    name: 'logs',
    describe: "what a host's agent logged",
    completes: 'host',
    load: async () => (await import('./logs.ts')).logs,
  },
  {
    name: 'hooks',
    describe: "wire a coding agent's own hooks",
    load: async () => (await import('./hooks.ts')).hooks,
  },
  {
    name: 'tunnel',
    describe: 'a local socket that speaks the gRPC of a host',
    completes: 'host',
    load: async () => (await import('./tunnel.ts')).tunnel,
  },
  {
    name: 'config',
    describe: 'the settings, and where each comes from',
    load: async () => (await import('./config.ts')).config,
  },
  {
    name: 'completion',
    describe: 'completion for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completion,
  },
  {
    name: 'version',
    describe: 'versions of client and agents',
    load: async () => (await import('./version.ts')).version,
  },
];

export function findEntry(name: string): Entry | undefined {
  return CATALOG.find((entry) => entry.name === name || entry.alias === name);
}
