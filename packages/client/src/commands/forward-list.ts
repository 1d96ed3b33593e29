/** `berth forward --list` and `--close`: the forwards of this machine, whoever opened them. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { formatAge } from '@berth/shared/domain/duration';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import type { Forward } from '../forward/forward-files.ts';
import { toJson } from '../render/json.ts';
import { table } from '../render/table.ts';

export interface ListOrClose {
  readonly list: boolean;
  readonly close: boolean;
}

const COLUMNS = [
  { title: 'LOCAL' },
  { title: 'SESSION', flexible: true },
  { title: 'HOST' },
  { title: 'PORT' },
  { title: 'PID' },
  { title: 'SINCE' },
];

export async function listOrClose(
  { list, close }: ListOrClose,
  words: readonly string[],
  { console, paths }: Context,
): Promise<number> {
  if (list && close) throw new BerthError('USAGE', 'berth forward takes --list or --close, not both');
  const { listForwards, endForward } = await import('../forward/forward-files.ts');
  const all = listForwards(paths.runtimeDir);
  const chosen = words.length === 0 ? all : words.flatMap((word) => named(word, all));
  if (close) for (const forward of chosen) endForward(paths.runtimeDir, forward);
  if (console.json) {
    console.out(`${toJson({ [close ? 'closed' : 'forwards']: chosen.map(forwardJson) })}\n`);
    return 0;
  }
  if (chosen.length === 0) {
    console.err(
      `berth: nothing is forwarded to this machine${close ? '' : ': berth forward SESSION PORT'}\n`,
    );
    return 0;
  }
  if (close) {
    for (const { localPort } of chosen) console.out(`closed localhost:${localPort}\n`);
    return 0;
  }
  const rows = chosen.map(({ localPort, name, sessionId, host, port, pid, since }) => [
    `localhost:${localPort}`,
    oneLine(name) || sessionId,
    oneLine(host),
    String(port),
    String(pid),
    `${formatAge(Date.now() - since)} ago`,
  ]);
  console.out(table(COLUMNS, rows, { columns: console.columns }));
  return 0;
}

/** By local port, or by session: name, id, or either with its host. Throws FORWARD_NOT_FOUND. */
function named(word: string, all: readonly Forward[]): Forward[] {
  const port = /^(?:localhost:)?(\d{1,5})$/.exec(word)?.[1];
  const found = all.filter(({ host, name, sessionId, localPort }) =>
    port === undefined
      ? [name, sessionId, `${host}:${name}`, `${host}:${sessionId}`].includes(word)
      : localPort === Number(port),
  );
  if (found.length > 0) return found;
  throw new BerthError('FORWARD_NOT_FOUND', `nothing is forwarded here for ${word}`);
}

export function forwardJson({ host, sessionId, name, port, localPort, pid, since }: Forward) {
  return {
    url: `http://localhost:${localPort}`,
    local_port: localPort,
    host,
    session_id: sessionId,
    name,
    port,
    pid,
    since: new Date(since).toISOString(),
  };
}
