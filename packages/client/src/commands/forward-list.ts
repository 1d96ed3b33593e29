/** `berth forward --list` and `--close`: the forwards of this machine, whoever opened them. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { formatAge } from '@berth/shared/domain/duration';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import type { Forward, ForwardOfAll } from '../forward/forward-files.ts';
import { toJson } from '../render/json.ts';
import { table } from '../render/table.ts';
import { forwardJson } from './forward-news.ts';

const COLUMNS = [
  { title: 'LOCAL' },
  { title: 'SESSION', flexible: true },
  { title: 'HOST' },
  { title: 'PORT' },
  { title: 'PID' },
  { title: 'SINCE' },
];

/** Words as forward/chosen.ts takes them. */
export async function listOrClose(
  words: readonly string[],
  close: boolean,
  { console, paths }: Context,
): Promise<number> {
  const [{ listForwards, endForward }, { chosenForwards }] = await Promise.all([
    import('../forward/forward-files.ts'),
    import('../forward/chosen.ts'),
  ]);
  const chosen = chosenForwards(words, listForwards(paths.runtimeDir));
  if (close) {
    const ended = await Promise.all(chosen.map((forward) => endForward(paths.runtimeDir, forward)));
    const held = chosen.find((_, i) => !ended[i]);
    if (held) throw stillHeld(held);
  }
  if (console.json) {
    console.out(`${toJson({ [close ? 'closed' : 'forwards']: chosen.map(forwardJson) })}\n`);
  } else if (chosen.length === 0) {
    const how = close ? '' : ': berth forward SESSION PORT';
    console.err(`berth: nothing is forwarded to this machine${how}\n`);
  } else if (close) {
    for (const forward of chosen) console.out(`closed ${local(forward)}\n`);
  } else {
    console.out(table(COLUMNS, chosen.map(row), { columns: console.columns }));
  }
  return 0;
}

function row(forward: Forward | ForwardOfAll): string[] {
  const { name, sessionId, host, port, pid, since } = forward;
  const session = oneLine(name) || sessionId;
  const at = [String(port ?? 'all'), String(pid), `${formatAge(Date.now() - since)} ago`];
  return [forward.localPort === null ? '-' : local(forward), session, oneLine(host), ...at];
}

function local({ localPort, name, sessionId }: Forward | ForwardOfAll): string {
  return localPort === null ? `all of ${oneLine(name) || sessionId}` : `localhost:${localPort}`;
}

function stillHeld(forward: Forward | ForwardOfAll): BerthError {
  return new BerthError('DEADLINE', `${local(forward)} is still held by process ${forward.pid}`, {
    hint: `it does not answer; end it: kill ${forward.pid}`,
  });
}
