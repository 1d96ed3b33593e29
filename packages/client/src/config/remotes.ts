/** The hosts a user has: `local`, and those of remotes.yaml. */
import { existsSync } from 'node:fs';
import { parsedOnce } from './parsed-cache.ts';

export interface HostConfig {
  readonly name: string;
  readonly kind: 'local' | 'ssh';
  /** Address, or an alias of the ssh config. */
  readonly host?: string;
  readonly user?: string;
  readonly port?: number;
  readonly key?: string;
  readonly jumpHost?: string;
  /** Where other tools report on their sessions there; absent: as its agent has it. */
  readonly sessionsDir?: string;
  readonly size?: string;
  readonly region?: string;
  /** US dollars an hour; absent: that of its size. */
  readonly price?: number;
  /** Whether sessions that name no host may start there; absent: as is usual (see placement/pool.ts). */
  readonly pool?: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** That made its machine; absent: it is your own. */
  readonly provider?: string;
  readonly scope: 'user' | 'system';
  readonly enabled: boolean;
}

const LOCAL: HostConfig = { name: 'local', kind: 'local', labels: {}, scope: 'user', enabled: true };

/** Enabled hosts, `local` first. Throws CONFIG_INVALID; a missing file leaves `local` alone. */
export async function loadRemotes(file: string, options: { cacheDir: string }): Promise<HostConfig[]> {
  if (!existsSync(file)) return [LOCAL];
  const remotes = await parsedOnce(file, {
    cacheDir: options.cacheDir,
    parse: async () => (await import('./remotes-schema.ts')).parseRemotes(file),
  });
  const local = remotes.find(({ name }) => name === 'local') ?? LOCAL;
  return [local, ...remotes.filter(({ name }) => name !== 'local')].filter(({ enabled }) => enabled);
}
