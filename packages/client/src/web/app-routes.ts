/** What an origin of a session's own answers: who comes with a ticket is let in, and then what the session serves. */
import { type App, type Apps, ENTRY_PATH } from './apps.ts';
import { sendPage } from './artifacts.ts';
import type { CallPorts } from './calls/call.ts';
import { hostAndId } from './calls/find-session.ts';
import { dialTarget, hostOf } from './dial-target.ts';
import { appHost } from './guard.ts';
import { artifactHeaders } from './headers.ts';
import { type Answering, refuse, refuseSocket } from './local-server.ts';
import { proxyRequest, proxySocket, type Upstream } from './proxy.ts';

export interface AppRoutesOptions {
  readonly apps: Apps;
  readonly ports: CallPorts;
  /** Origins that may frame it. */
  readonly frames: readonly string[];
}

export function appRoutes(id: string, options: AppRoutesOptions): Answering {
  const { apps, ports, frames } = options;
  const app = apps.get(id);
  return {
    request(asked, answer) {
      const url = new URL(asked.url ?? '', 'http://localhost');
      if (app === null) return refuse(answer, 403, artifactHeaders());
      if (url.pathname === ENTRY_PATH) {
        const entered = apps.enter(id, url.searchParams.get('ticket') ?? '');
        if (entered === null) return refuse(answer, 403, artifactHeaders());
        if (app.target.kind === 'page') {
          const { session, target } = app;
          const page = { session, path: target.path };
          sendPage(answer, page, { ports, frames }).catch(() => answer.destroy());
          return;
        }
        const { setCookie, path } = entered;
        answer.writeHead(302, { ...artifactHeaders(), location: path, 'set-cookie': setCookie });
        answer.end();
        return;
      }
      if (app.target.kind === 'page' || !apps.knows(id, asked.headers.cookie))
        return refuse(answer, 401, artifactHeaders());
      proxyRequest(asked, answer, upstreamOf(app, options));
    },
    socket(asked, socket, head) {
      if (app === null || app.target.kind === 'page' || !apps.knows(id, asked.headers.cookie))
        return refuseSocket(socket, 401);
      proxySocket(asked, socket, head, upstreamOf(app, options));
    },
  };
}

function upstreamOf(app: App, { ports, frames }: AppRoutesOptions): Upstream {
  const { session: key, target } = app;
  return {
    origin: `http://${appHost(app.id, ports.port)}`,
    host: hostOf(target),
    frames,
    async dial(signal) {
      const { host, id } = hostAndId(key, ports);
      const client = await ports.context.connect(host.config, { signal });
      return dialTarget(client, { session: id, target }, signal);
    },
  };
}
