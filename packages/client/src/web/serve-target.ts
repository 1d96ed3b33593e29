/** One port or editor of one session in the browser, without the UI: for `berth code` and its like. */
import type { Context } from '../context.ts';
import type { Place } from '../fleet/resolve.ts';
import type { PortWord } from '../forward/port-words.ts';
import { appRoutes } from './app-routes.ts';
import { Apps, type ServedTarget } from './apps.ts';
import { dialTarget } from './dial-target.ts';
import { sessionKey } from './fleet-state.ts';
import { appHost } from './guard.ts';
import { KeptConnections } from './kept-connections.ts';
import { openLocalServer } from './local-server.ts';
import { originKey } from './origin-key.ts';

export interface ServedTargetUrl extends AsyncDisposable {
  /** Lets one browser in, once, within a minute. */
  url(): string;
}

/** `path`: where it leads, on its own origin. Throws LOCAL_PORT_TAKEN. */
export async function serveTarget(options: {
  readonly context: Pick<Context, 'connect' | 'paths'>;
  readonly place: Pick<Place, 'host' | 'session'>;
  readonly target: ServedTarget;
  readonly port: PortWord;
  readonly path?: string;
}): Promise<ServedTargetUrl> {
  const { context, place, target, path } = options;
  const { host, session } = place;
  const apps = new Apps({ now: Date.now, key: originKey(context.paths.stateDir) });
  const key = sessionKey(host.name, session.id);
  const kept = new KeptConnections();
  const server = await openLocalServer({
    port: options.port,
    isApp: (id) => apps.has(id),
    ui: () => null,
    app: (id, port) =>
      appRoutes(id, {
        apps,
        port,
        frames: [],
        kept,
        dial: async (_app, signal) =>
          dialTarget(await context.connect(host, { signal }), { session: session.id, target }, signal),
        page: (_app, _path, answer) => answer.destroy(),
      }),
  });
  return {
    url() {
      const { id, entry } = apps.open(key, target, { port: server.port, path });
      return `http://${appHost(id, server.port)}${entry}`;
    },
    async [Symbol.asyncDispose]() {
      kept[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
