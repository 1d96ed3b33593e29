/** What `berth forward` prints: forwards on standard output, all else on standard error. */
import { oneLine } from '@berth/shared/domain/text';
import type { Forward, ForwardOfAll } from '../forward/forward-files.ts';
import type { ForwardingNews } from '../forward/forwarding.ts';
import type { Console } from '../render/console.ts';
import { toJson } from '../render/json.ts';

const MOVED = {
  taken: (port: number) => ` (${port} is taken here)`,
  own: (port: number) => ` (${port} is kept for berth ui here)`,
  privileged: (port: number) => ` (${port} is not for users here)`,
};

type News = ForwardingNews & {
  /** No port was named. */
  following(session: { readonly name: string; readonly id: string }): void;
};

export function forwardNews({ json, out, err }: Pick<Console, 'json' | 'out' | 'err'>): News {
  return {
    opened(forward, moved) {
      if (json) return out(`${toJson({ opened: forwardJson(forward) })}\n`);
      const { localPort, port, host, name, sessionId } = forward;
      const why = moved ? MOVED[moved](port) : '';
      out(`${oneLine(`http://localhost:${localPort} -> ${host}:${name || sessionId} port ${port}${why}`)}\n`);
    },
    closed(forward) {
      if (json) return out(`${toJson({ closed: forwardJson(forward) })}\n`);
      err(`berth: localhost:${forward.localPort} is closed\n`);
    },
    trouble(text, hint = '') {
      const more = hint && `  hint: ${oneLine(hint)}\n`;
      err(json ? `${toJson({ trouble: { message: text, hint } })}\n` : `berth: ${oneLine(text)}\n${more}`);
    },
    following({ name, id }) {
      if (!json) err(`berth: all that ${oneLine(name) || id} listens on; end it with ctrl-c\n`);
    },
  };
}

/** Without ports: all that the session listens on. */
export function forwardJson({ host, sessionId, name, port, localPort, pid, since }: Forward | ForwardOfAll) {
  return {
    url: localPort === null ? null : `http://localhost:${localPort}`,
    local_port: localPort,
    host,
    session_id: sessionId,
    name,
    port,
    pid,
    since: new Date(since).toISOString(),
  };
}
