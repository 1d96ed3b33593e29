/** What a command has at hand. Built once in cli.ts; everything heavy is made on first use. */
import type { HostConfig } from './config/remotes.ts';
import type { HostClient } from './rpc/host-client.ts';
import type { Settings } from './config/settings.ts';
import type { Console } from './render/console.ts';

export interface Context {
  readonly settings: Settings;
  readonly console: Console;
  readonly env: NodeJS.ProcessEnv;
  /** All hosts the user has, `local` included unless disabled; read from remotes.yaml once. */
  hosts(): Promise<readonly HostConfig[]>;
  /** Opens (or reuses) the way to a host's agent. Rejects with a BerthError that names the host. */
  connect(host: HostConfig, options?: { signal?: AbortSignal }): Promise<HostClient>;
}
