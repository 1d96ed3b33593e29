/** The UI put together: the live fleet, who is logged in, what they may call, and the server that answers them. */
import type { Context } from '../context.ts';
import type { LiveFleet } from '../fleet/live-fleet.ts';
import type { PortWord } from '../forward/port-words.ts';
import { type AppRoutesOptions, appRoutes } from './app-routes.ts';
import { Apps } from './apps.ts';
import { ArtifactLinks } from './artifact-links.ts';
import { sendArtifact, sendPage } from './artifacts.ts';
import type { CallPorts, Calls } from './calls/call.ts';
import { changeCalls } from './calls/change-calls.ts';
import { hostAndId } from './calls/find-session.ts';
import { fleetCalls } from './calls/fleet-calls.ts';
import { lookCalls } from './calls/look-calls.ts';
import { openCalls } from './calls/open-calls.ts';
import { startCalls } from './calls/start-calls.ts';
import { dialTarget } from './dial-target.ts';
import { uiOrigins } from './guard.ts';
import { KeptConnections } from './kept-connections.ts';
import { LiveFeed } from './live-feed.ts';
import { openLocalServer } from './local-server.ts';
import { Logins } from './logins.ts';
import { originKey } from './origin-key.ts';
import { pageNotices } from './page-notices.ts';
import { PageSockets } from './page-sockets.ts';
import type { StaticFiles } from './static-files.ts';
import { uiRoutes } from './ui-routes.ts';

export interface ServedUi extends AsyncDisposable {
  readonly port: number;
  /** A URL that logs in once, within a minute. */
  link(): string;
  /** A page shows the fleet now. */
  readonly watched: boolean;
}

/** Throws LOCAL_PORT_TAKEN. */
export async function serveUi(options: {
  readonly context: Context;
  readonly fleet: LiveFleet;
  readonly files: StaticFiles;
  readonly port: PortWord;
}): Promise<ServedUi> {
  const { context, fleet, files } = options;
  const now = Date.now;
  await using opened = new AsyncDisposableStack();
  const apps = new Apps({ now, key: originKey(context.paths.stateDir) });
  const artifacts = new ArtifactLinks(now);
  const kept = opened.use(new KeptConnections());
  const feed = opened.use(new LiveFeed(fleet, now));
  const notices = opened.use(
    pageNotices({
      fleet,
      settings: context.settings,
      runtimeDir: context.paths.runtimeDir,
      now,
      tell: (notice) => feed.tell(notice),
    }),
  );
  const portsAt = (port: number): CallPorts => ({ context, fleet, apps, artifacts, port });
  let logins: Logins | null = null;
  const server = opened.use(
    await openLocalServer({
      port: options.port,
      isApp: (id) => apps.has(id),
      ui(port) {
        const ports = portsAt(port);
        logins = new Logins({ port, now });
        const sockets = opened.use(new PageSockets({ ports, feed, typed: (key) => notices.typed(key) }));
        const artifact = sendArtifactWith(ports);
        return uiRoutes({ port, logins, files, calls: callsOver(ports), sockets, artifact });
      },
      app: (id, port) => appRoutes(id, appsOver(portsAt(port), kept)),
    }),
  );
  const { port } = server;
  const all = opened.move();
  return {
    port,
    link: () => `http://localhost:${port}/#token=${logins?.newToken() ?? ''}`,
    get watched() {
      return feed.watched;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function appsOver(ports: CallPorts, kept: KeptConnections): AppRoutesOptions {
  const { apps, port, context } = ports;
  const frames = uiOrigins(port);
  return {
    apps,
    port,
    frames,
    kept,
    async dial({ session: key, target }, signal) {
      const { host, id } = hostAndId(key, ports);
      const client = await context.connect(host.config, { signal });
      return dialTarget(client, { session: id, target }, signal);
    },
    page: ({ session }, path, answer) =>
      void sendPage(answer, { session, path }, { ports, frames }).catch(() => answer.destroy()),
  };
}

function sendArtifactWith(ports: CallPorts) {
  return (...[asked, answer]: Parameters<Parameters<typeof uiRoutes>[0]['artifact']>) =>
    sendArtifact(asked, answer, ports);
}

function callsOver(ports: CallPorts): Calls {
  return {
    ...fleetCalls(ports),
    ...lookCalls(ports),
    ...changeCalls(ports),
    ...startCalls(ports),
    ...openCalls(ports),
  };
}
