/** What a command has at hand. Built once in cli.ts; everything heavy is made on first use. */
import type { Paths } from './config/paths.ts';
import type { HostConfig } from './config/remotes.ts';
import type { Settings } from './config/settings.ts';
import type { RemoteShell } from './hosts/remote-shell.ts';
import type { Console } from './render/console.ts';
import type { HostClient } from './rpc/host-client.ts';

export interface Context {
  readonly settings: Settings;
  readonly paths: Paths;
  readonly console: Console;
  readonly env: NodeJS.ProcessEnv;
  /** All hosts the user has, `local` included unless disabled; read from remotes.yaml once. */
  hosts(): Promise<readonly HostConfig[]>;
  /** Calls back with the hosts after each change of remotes.yaml that can be read. */
  watchHosts(changed: (hosts: readonly HostConfig[]) => void): Disposable;
  /** Opens (or reuses) the way to a host's agent. Rejects with a BerthError that names the host. */
  connect(host: HostConfig, options?: { signal?: AbortSignal }): Promise<HostClient>;
  /** A local socket that speaks the agent's gRPC; `foreground` if it lives only while this process does. */
  tunnel(
    host: HostConfig,
    options?: { signal?: AbortSignal },
  ): Promise<{ socket: string; foreground: Promise<void> | null }>;
  /** Scripts on a host, whether it has an agent or not. */
  shell(host: HostConfig, options?: { signal?: AbortSignal }): Promise<RemoteShell>;
  /** The keys of a host's sshd, known to be its own: ssh believes them, and no others, from now on. */
  trust(host: HostConfig, keys: readonly string[]): Promise<void>;
  /** Closes what is open to a host: the next call finds out anew how to reach its agent. */
  disconnect(host: HostConfig): Promise<void>;
  /** Adds a host to remotes.yaml, or changes it there. */
  keep(host: HostConfig): Promise<void>;
  /** Takes a host out of remotes.yaml; false if it is not there. */
  drop(host: HostConfig): Promise<boolean>;
  /** Drops the pinned id of a host; false if there was none. */
  forget(host: HostConfig): Promise<boolean>;
}
