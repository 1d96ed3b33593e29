/** Wires what commands have at hand. The tunnel and gRPC are loaded when the first host is asked. */
import type { HostConfig } from './config/remotes.ts';
import { watchRemotes } from './config/remotes-watch.ts';
import type { Context } from './context.ts';
import type { Console } from './render/console.ts';
import type { HostClient } from './rpc/host-client.ts';
import { SharedAttempt } from './rpc/shared-attempt.ts';

export interface OpenContextOptions {
  readonly console: Console;
  readonly env: NodeJS.ProcessEnv;
  /** The file of --config. */
  readonly config?: string;
}

/** Disposing closes the clients; ssh masters stay for the next call. */
export async function openContext(options: OpenContextOptions): Promise<Context & AsyncDisposable> {
  const { console, env } = options;
  const [{ paths: pathsOf }, { loadSettings }] = await Promise.all([
    import('./config/paths.ts'),
    import('./config/settings.ts'),
  ]);
  const paths = pathsOf(env, options.config === undefined ? {} : { configFile: options.config });
  const settings = await loadSettings({
    env,
    flags: {},
    ...(options.config === undefined ? {} : { configFile: options.config }),
  });
  const notice = (text: string) => console.err(`berth: ${text}\n`);
  let hosts: Promise<readonly HostConfig[]> | undefined;
  /** By the name of the host. */
  const ways = new Map<string, SharedAttempt<HostClient>>();
  const open = new Set<HostClient>();
  /** Ways that are still being made when all is done are given up. */
  const closing = new AbortController();
  const wiring = async () => {
    const [{ createHostClient }, { createTunnels }, { createPins }] = await Promise.all([
      import('./rpc/grpc-host-client.ts'),
      import('./tunnel/manager.ts'),
      import('./rpc/pins.ts'),
    ]);
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

  const readHosts = async () => (await import('./config/remotes.ts')).loadRemotes(paths.remotesFile, paths);

  /** The signal ends the making of the link only: it is mended later, for whoever uses it then. */
  async function openClient(host: HostConfig, signal: AbortSignal): Promise<HostClient> {
    const { createHostClient, tunnels, pins } = await wire();
    const link = await tunnels.open(host, { signal: AbortSignal.any([signal, closing.signal]) });
    const client = createHostClient({ host, link, pins, settings });
    open.add(client);
    return client;
  }

  return {
    settings,
    paths,
    console,
    env,
    hosts: () => {
      hosts ??= readHosts();
      return hosts;
    },
    watchHosts: (changed) =>
      watchRemotes(paths.remotesFile, () => {
        // A file that is half written, or wrong, changes nothing: the next command says what is wrong.
        readHosts().then(
          (read) => {
            hosts = Promise.resolve(read);
            changed(read);
          },
          () => {},
        );
      }),
    connect: (host, { signal } = {}) => {
      const known = ways.get(host.name);
      if (known && !known.givenUp) return known.wait(signal);
      const way = new SharedAttempt((nobody) => openClient(host, nobody));
      ways.set(host.name, way);
      // The next call tries again.
      way.result.catch(() => ways.get(host.name) === way && ways.delete(host.name));
      return way.wait(signal);
    },
    tunnel: async (host, { signal } = {}) => {
      const { tunnels } = await wire();
      const link = await tunnels.open(host, signal ? { signal } : {});
      if (link.kind !== 'dial-stdio') return { socket: link.socketPath, foreground: null };
      // This process is the tunnel: it stays until it is told to go.
      const foreground = new Promise<void>((resolve) => {
        const alive = setInterval(() => {}, 2 ** 30);
        signal?.addEventListener('abort', () => {
          clearInterval(alive);
          void link[Symbol.asyncDispose]().then(resolve);
        });
      });
      return { socket: link.socketPath, foreground };
    },
    shell: async (host, { signal = new AbortController().signal } = {}) => {
      const { openRemoteShell } = await import('./tunnel/remote-shell.ts');
      return await openRemoteShell(host, { paths, settings, env, signal });
    },
    trust: async (host, keys) => {
      const { trustKeys } = await import('./tunnel/known-hosts.ts');
      await trustKeys(host, keys, { settings, env });
    },
    disconnect: async (host) => {
      const known = ways.get(host.name);
      ways.delete(host.name);
      const close = async (client: HostClient) => {
        open.delete(client);
        await client[Symbol.asyncDispose]();
      };
      await known?.result.then(close).catch(() => {});
    },
    keep: async (host) => {
      const { putRemote } = await import('./config/remotes-edit.ts');
      putRemote(paths.remotesFile, host);
      hosts = undefined;
    },
    drop: async (host) => {
      const { removeRemote } = await import('./config/remotes-edit.ts');
      hosts = undefined;
      return removeRemote(paths.remotesFile, host.name);
    },
    forget: async (host) => (await wire()).pins.forget(host.name),
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await Promise.allSettled([...open].map((client) => client[Symbol.asyncDispose]()));
    },
  };
}
