/** What is decided about the editors of sessions: how much memory one gets, and when it has idled long enough. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { MIN_SLOT_BYTES } from '@berth/shared/domain/limits';
import { formatMemory, GIB, MIB } from '@berth/shared/domain/memory';

/** An editor with less than this does not get as far as a page. */
const LEAST_BYTES = 256 * MIB;
const USUAL = { least: 512 * MIB, most: 2 * GIB };
/** What a session may still grow by while its limit is being lowered. */
const MARGIN_BYTES = 64 * MIB;

export interface CapRequest {
  readonly sessionId: string;
  readonly slotBytes: number;
  /** What the session itself holds now. */
  readonly usedBytes: number;
  /** 0: the usual share. */
  readonly askedBytes: number;
  /** The kernel holds the session to its slot: what the editor gets is taken from it. */
  readonly enforced: boolean;
}

/**
 * Cap of an editor's memory: a quarter of the slot, 512 MiB to 2 GiB, and never more than the session
 * leaves. Where slots are only counted it is a share that nobody enforces, and nothing refuses it.
 * Throws MEMORY_INVALID, SLOT_EXHAUSTED.
 */
export function editorCap({ sessionId, slotBytes, usedBytes, askedBytes, enforced }: CapRequest): number {
  if (askedBytes !== 0 && askedBytes < LEAST_BYTES) {
    const message = `an editor needs ${formatMemory(LEAST_BYTES)} at least, not ${formatMemory(askedBytes)}`;
    throw new BerthError('MEMORY_INVALID', message);
  }
  const usual = Math.min(USUAL.most, Math.max(USUAL.least, Math.floor(slotBytes / 4)));
  const wanted = askedBytes || usual;
  if (!enforced) return wanted;
  const room = slotBytes - usedBytes - MARGIN_BYTES;
  // Who asked for an amount gets that or nothing.
  const least = askedBytes || USUAL.least;
  if (room >= least) return Math.min(wanted, room);
  const why =
    `session ${sessionId} leaves no memory for an editor: it uses ${formatMemory(usedBytes)} of its slot of ` +
    `${formatMemory(slotBytes)}, and an editor takes ${formatMemory(least)}`;
  throw noRoom(why, { session: sessionId, used: String(usedBytes), slot: String(slotBytes) });
}

/**
 * What a session keeps of its slot beside an editor: both together have the slot, and no more. Throws
 * MEMORY_INVALID, SLOT_EXHAUSTED.
 */
export function besideEditor(of: { sessionId: string; slotBytes: number; editorBytes: number }): number {
  const { sessionId, slotBytes, editorBytes } = of;
  if (!Number.isSafeInteger(editorBytes) || editorBytes < MIN_SLOT_BYTES) {
    const message = `an editor needs ${formatMemory(MIN_SLOT_BYTES)} at least`;
    throw new BerthError('MEMORY_INVALID', message);
  }
  const left = slotBytes - editorBytes;
  if (left >= MIN_SLOT_BYTES) return left;
  const [slot, wanted] = [slotBytes, editorBytes].map(formatMemory);
  const why = `an editor of ${wanted} leaves nothing of the slot of ${slot} to session ${sessionId}`;
  throw noRoom(why, { session: sessionId, slot: String(slotBytes) });
}

/** The kernel did not lower the session's limit so far: the session uses more. */
export function limitKept({
  sessionId,
  wantedBytes,
}: {
  sessionId: string;
  wantedBytes: number;
}): BerthError {
  const used = formatMemory(wantedBytes);
  const why = `session ${sessionId} leaves no memory for an editor: it uses more than ${used}`;
  return noRoom(why, { session: sessionId });
}

function noRoom(why: string, values: Readonly<Record<string, string>>): BerthError {
  const hint = 'end something in the session, or start it with more: berth start --memory SIZE';
  return new BerthError('SLOT_EXHAUSTED', why, { values, hint });
}

/** How long pages that lost their way to the host may take to come back to their terminals. */
export const EDITOR_GRACE_MS = 3 * 3_600_000;

export interface Idling {
  readonly connections: number;
  /** When the last connection ended, or it began to run or to go on; ms since the epoch. */
  readonly since: number;
  /** When a connection last broke off without a word: whoever had it may come back. Null: none did. */
  readonly lostAt: number | null;
  /** 0: it never is idle for too long. */
  readonly timeoutMs: number;
  /** It stands still with its session, for as long as that does. */
  readonly suspended: boolean;
}

/** When to stop it, if nobody comes; null: not for this reason. */
export function idleUntil({ connections, since, lostAt, timeoutMs, suspended }: Idling): number | null {
  if (connections > 0 || suspended || timeoutMs === 0) return null;
  const awaited = lostAt === null ? 0 : lostAt + EDITOR_GRACE_MS;
  return Math.max(since + timeoutMs, awaited);
}

/** Variables of a session that would turn a server of VS Code into something else, or that it hands to its page. */
const NOT_FOR_IT = /^(?:CODE_SERVER_|CS_DISABLE_|VSCODE_|ELECTRON_)/;
const NOT_FOR_IT_EITHER = new Set([
  ...['PASSWORD', 'HASHED_PASSWORD', 'GITHUB_TOKEN', 'PORT', 'LOG_LEVEL'],
  ...['TERM', 'TMUX', 'TMUX_PANE', 'SHLVL', '_'],
]);

export function editorEnvironment(session: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(session).filter(
    ([name]) => !NOT_FOR_IT.test(name) && !NOT_FOR_IT_EITHER.has(name),
  );
  return Object.fromEntries(kept);
}
