/** What an origin of a session's own answers: who comes with a ticket is let in, and then what the session serves. */
import type { ServerResponse } from 'node:http';
import type { DialStream } from '../rpc/host-client.ts';
import { type App, type Apps, ENTRY_PATH, type ServedTarget } from './apps.ts';
import { hostOf } from './dial-target.ts';
import { appHost } from './guard.ts';
import { artifactHeaders } from './headers.ts';
import type { Dial, KeptConnections } from './kept-connections.ts';
import { type Answering, partsOf, refuse, refuseSocket } from './local-server.ts';
import { proxyRequest, proxySocket, type Upstream } from './proxy.ts';

export interface AppRoutesOptions {
  readonly apps: Apps;
  readonly port: number;
  /** Origins that may frame it. */
  readonly frames: readonly string[];
  readonly kept: KeptConnections;
  /** Rejects where there is no way to its host. */
  readonly dial: (app: App<ServedTarget>, signal: AbortSignal) => Promise<DialStream>;
  /** Of an app that is one HTML file. */
  readonly page: (app: App, path: string, answer: ServerResponse) => void;
}

export function appRoutes(id: string, options: AppRoutesOptions): Answering {
  const { apps, port, frames } = options;
  const app = apps.get(id);
  if (app === null || app.target.kind === 'page') return pageRoutes(id, app, options);
  const { session, target } = app;
  const dial: Dial = (signal) => options.dial({ id, session, target }, signal);
  const upstream: Upstream = {
    origin: `http://${appHost(id, port)}`,
    host: hostOf(target),
    frames,
    dial,
    kept: options.kept.of(id, dial),
  };
  return {
    request(asked, answer) {
      const ticket = ticketOf(asked.url);
      if (ticket === null) {
        if (apps.knows(id, asked.headers.cookie)) proxyRequest(asked, answer, upstream);
        else refuse(answer, 401, artifactHeaders());
        return;
      }
      const entered = apps.enter(id, ticket);
      if (entered === null) {
        refuse(answer, 403, artifactHeaders());
        return;
      }
      const { setCookie, path: location } = entered;
      answer.writeHead(302, { ...artifactHeaders(), location, 'set-cookie': setCookie });
      answer.end();
    },
    socket(asked, socket, head) {
      if (apps.knows(id, asked.headers.cookie)) proxySocket(asked, socket, head, upstream);
      else refuseSocket(socket, 401);
    },
  };
}

/** One file for each ticket: it loads nothing else, so nobody needs a cookie. */
function pageRoutes(id: string, app: App | null, { apps, page }: AppRoutesOptions): Answering {
  return {
    request(asked, answer) {
      const entered = apps.enter(id, ticketOf(asked.url) ?? '');
      if (app?.target.kind === 'page' && entered) page(app, app.target.path, answer);
      else refuse(answer, 403, artifactHeaders());
    },
    socket: (_asked, socket) => refuseSocket(socket, 403),
  };
}

/** Null: it comes for something else. */
function ticketOf(target: string | undefined): string | null {
  const { path, query } = partsOf(target);
  return path === ENTRY_PATH ? (query.get('ticket') ?? '') : null;
}
