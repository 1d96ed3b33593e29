/** Wires what commands have at hand. The tunnel and gRPC are loaded when the first host is asked. */
import type { HostConfig } from './config/remotes.ts';
import type { Context } from './context.ts';
import type { Console } from './render/console.ts';
import type { HostClient } from './rpc/host-client.ts';

/** Ms for a call that names no deadline. */
const CALL_MS = 30_000;

export interface OpenContextOptions {
  readonly console: Console;
  readonly env: NodeJS.ProcessEnv;
  /** The file of --config. */
  readonly config?: string;
}

/** Disposing closes the clients; ssh masters stay for the next call. */
export async function openContext(options: OpenContextOptions): Promise<Context & AsyncDisposable> {
  const { console, env } = options;
  // Read while nothing else is to be done, so that it costs no time when the first host answers.
  const rpc = Promise.all([
    import('./rpc/grpc-host-client.ts'),
    import('./tunnel/manager.ts'),
    import('./rpc/pins.ts'),
  ]);
  rpc.catch(() => {});
  const [{ paths: pathsOf }, { loadSettings }] = await Promise.all([
    import('./config/paths.ts'),
    import('./config/settings.ts'),
  ]);
  const paths = pathsOf(env, options.config === undefined ? {} : { configFile: options.config });
  const settings = await loadSettings({
    env,
    flags: options.config === undefined ? {} : { config: options.config },
  });
  const notice = (text: string) => console.err(`berth: ${text}\n`);
  let hosts: Promise<readonly HostConfig[]> | undefined;
  const clients = new Map<string, Promise<HostClient>>();
  const wiring = async () => {
    const [{ createHostClient }, { createTunnels }, { createPins }] = await rpc;
    return {
      createHostClient,
      tunnels: createTunnels({ paths, settings, env, notice }),
      pins: createPins(paths.stateDir),
    };
  };
  let wired: ReturnType<typeof wiring> | undefined;
  const wire = () => {
    wired ??= wiring();
    return wired;
  };

  async function open(host: HostConfig, signal: AbortSignal | undefined): Promise<HostClient> {
    const { createHostClient, tunnels, pins } = await wire();
    const link = await tunnels.open(host, signal ? { signal } : {});
    return createHostClient({ name: host.name, link, pins, callMs: CALL_MS });
  }

  return {
    settings,
    console,
    env,
    hosts: () => {
      hosts ??= import('./config/remotes.ts').then(({ loadRemotes }) => loadRemotes(paths.remotesFile));
      return hosts;
    },
    connect: (host, { signal } = {}) => {
      const known = clients.get(host.name);
      if (known) return known;
      const opened = open(host, signal);
      clients.set(host.name, opened);
      // The next call tries again.
      opened.catch(() => clients.delete(host.name));
      return opened;
    },
    tunnel: async (host, { signal } = {}) => {
      const { tunnels } = await wire();
      const link = await tunnels.open(host, signal ? { signal } : {});
      return { socket: link.socketPath, foreground: null };
    },
    forget: async (host) => (await wire()).pins.forget(host.name),
    [Symbol.asyncDispose]: async () => {
      for (const client of clients.values())
        await client.then((c) => c[Symbol.asyncDispose]()).catch(() => {});
    },
  };
}
