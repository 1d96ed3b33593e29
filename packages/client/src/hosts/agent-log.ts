/**
 * The log of a host's agent, also of one that is dead: by the host's shell, out of journald where
 * systemd runs the agent, else out of the file that it was started with. Where there are both, the
 * one that was written last.
 */
import type { Scope } from '@berth/shared/domain/host-snapshot';
import type { RemoteShell } from './remote-shell.ts';

export interface LogLine {
  /** Ms since the epoch, by the host's clock; null where the line does not say. */
  readonly at: number | null;
  /** As pino counts: 20 debug, 30 info, 40 warn, 50 error; null for what is no line of the agent's own. */
  readonly level: number | null;
  readonly message: string;
  /** All of the agent's own line; of another's there is what is known. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface LogQuestion {
  readonly scope: Scope;
  /** The last so many; null: all there are. */
  readonly lines: number | null;
  /** Only what was logged within so many ms; null: whenever it was. */
  readonly sinceMs: number | null;
  readonly follow: boolean;
}

export type LogSource = { readonly kind: 'journal' | 'file' | 'none'; readonly where: string };

/** More than this of a file is not looked through for what is young enough. */
const MOST_LINES = 200_000;

/**
 * $1: scope, $2: lines or nothing, $3: seconds back or nothing, $4: something to follow. First comes
 * a line about the source. To end a follower its standard input is closed; a key that interrupts this
 * program reaches it as well, and must not end it before it has ended what follows.
 */
const SCRIPT = `
export LC_ALL=C
: "\${XDG_RUNTIME_DIR:=/run/user/$(id -u)}"
export XDG_RUNTIME_DIR
lines=$2 since=$3 follow=$4
file="\${XDG_STATE_HOME:-$HOME/.local/state}/berth/berthd.log"
if [ "$1" = system ]; then
  journal="journalctl -u berthd@$(id -un)"
  sudo -n true 2>/dev/null && journal="sudo -n $journal"
else
  journal='journalctl --user -u berthd'
fi
newest=$($journal -q --no-pager -n 1 -o short-unix 2>/dev/null | sed -n '$s/^\\([0-9]*\\)\\..*/\\1/p')
written=$(stat -c %Y "$file" 2>/dev/null)
now=$(date +%s)
if [ -n "$newest" ] && [ "$newest" -ge "\${written:-0}" ]; then
  echo "journal $now $journal"
  set -- -q --no-pager -o json
  if [ -n "$lines" ]; then set -- "$@" -n "$lines"; elif [ -n "$follow" ]; then set -- "$@" --no-tail; fi
  [ -n "$since" ] && set -- "$@" "--since=@$((now - since))"
  [ -n "$follow" ] && set -- "$@" -f
  show() { exec $journal "$@"; }
elif [ -n "$written" ]; then
  echo "file $now $file"
  [ -z "$lines" ] || [ -n "$since" ] && lines=${MOST_LINES}
  set -- -n "$lines"
  [ -n "$follow" ] && set -- "$@" -F
  set -- "$@" -- "$file"
  show() { exec tail "$@" 2>/dev/null; }
else
  echo "none $now $journal, $file"
  exit 0
fi
if [ -n "$follow" ]; then
  trap '' INT HUP
  show "$@" &
  shown=$!
  cat >/dev/null
  kill "$shown" 2>/dev/null
else
  show "$@"
fi
`;

export interface LogReading {
  /** Called once, before any line. */
  readonly opened?: (source: LogSource) => void;
  readonly line: (line: LogLine) => void;
  /** Closing it ends a follower. */
  readonly input: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Resolves with the script's exit code and what it complained of. */
export async function readAgentLog(
  shell: RemoteShell,
  asked: LogQuestion,
  { opened, line, input, signal }: LogReading,
): Promise<{ code: number; stderr: string }> {
  const { scope, lines, sinceMs, follow } = asked;
  const seconds = sinceMs === null ? '' : String(Math.ceil(sinceMs / 1000));
  const told = follow ? line : undefined;
  const held: LogLine[] = [];
  let source: LogSource | null = null;
  let from = Number.NEGATIVE_INFINITY;
  let last: number | null = null;
  const onLine = (text: string) => {
    const head = source === null ? /^(journal|file|none) (\d+) (.*)$/.exec(text) : null;
    if (head) {
      source = { kind: head[1] as LogSource['kind'], where: head[3] ?? '' };
      if (sinceMs !== null) from = Number(head[2]) * 1000 - sinceMs;
      opened?.(source);
      return;
    }
    // Start-up files of the host may print as well.
    if (source === null) return;
    const parsed = source.kind === 'journal' ? journalLine(text) : fileLine(text);
    if (parsed === null) return;
    // What has no time of its own belongs to the line before.
    last = parsed.at ?? last;
    if ((last ?? Number.POSITIVE_INFINITY) < from) return;
    if (told) told(parsed);
    else held.push(parsed);
  };
  const args = [scope, lines === null ? '' : String(lines), seconds, follow ? 'yes' : ''];
  const ended = await shell.feed(SCRIPT, { args, input, signal, onLine });
  const first = lines === null ? 0 : Math.max(0, held.length - lines);
  for (const parsed of held.slice(first)) line(parsed);
  return ended;
}

/** A line as the agent wrote it, or what its program printed beside. */
export function fileLine(text: string): LogLine | null {
  if (text.trim() === '') return null;
  const fields = asObject(text);
  if (fields === null) return { at: null, level: null, message: text, fields: { msg: text } };
  const at = typeof fields.time === 'string' ? Date.parse(fields.time) : Number.NaN;
  return {
    at: Number.isNaN(at) ? null : at,
    level: typeof fields.level === 'number' ? fields.level : null,
    message: typeof fields.msg === 'string' ? fields.msg : '',
    fields,
  };
}

/** An entry of journald: a line of the agent's, or what systemd says of it. */
export function journalLine(text: string): LogLine | null {
  const entry = asObject(text);
  if (entry === null) return null;
  const message = messageText(entry.MESSAGE);
  const at = Math.floor(Number(entry.__REALTIME_TIMESTAMP) / 1000);
  const own = fileLine(message);
  if (own === null) return null;
  if (own.level !== null) return own.at === null ? { ...own, at } : own;
  const program = typeof entry.SYSLOG_IDENTIFIER === 'string' ? entry.SYSLOG_IDENTIFIER : '';
  return { ...own, at, fields: { time: new Date(at).toISOString(), program, msg: message } };
}

/** journald gives what is no text as numbers of bytes. */
function messageText(message: unknown): string {
  if (typeof message === 'string') return message;
  return Array.isArray(message) ? Buffer.from(message as number[]).toString('utf8') : '';
}

function asObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
