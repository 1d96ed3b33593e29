/**
 * What a file in ~/.claude-sessions says. Others write these files, each tool in its own way and
 * none by a contract: what is there is taken, what is odd is left out, and only a file without a
 * status is none. Pure.
 */
import { HOOK_STATUSES, type HookStatus } from '../attention/hook-report.ts';

export interface Report {
  /** Of the tmux session. */
  readonly name: string;
  readonly toolSessionId: string;
  readonly status: HookStatus;
  readonly message: string;
  readonly directory: string;
  /** Ms since the epoch. */
  readonly at: number;
  readonly metrics: Readonly<Record<string, string>>;
  readonly team: string;
  readonly agents: readonly string[];
}

const MOST_TEXT = 500;
const MOST_METRICS = 50;
const MOST_AGENTS = 100;

/** Statuses of a tool that still has something to do, or to ask. */
const OPEN: readonly HookStatus[] = ['permission', 'waiting', 'working'];

/** `problem`: why the file says nothing. */
export function readReport(
  text: string,
  file: { readonly name: string; readonly modifiedAt: number },
): Report | { readonly problem: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { problem: 'it is no JSON' };
  }
  if (!isRecord(parsed)) return { problem: 'it is no JSON object' };
  const own = statusOf(parsed.status);
  if (!own) return { problem: `its status is none of ${HOOK_STATUSES.join(', ')}` };
  const agents = agentsOf(parsed.agents);
  const at = timeOf(parsed.timestamp) ?? file.modifiedAt;
  return {
    name: textOf(parsed.tmux_session) || file.name.slice(0, MOST_TEXT),
    toolSessionId: textOf(parsed.session_id),
    status: withAgents(own, agents),
    message: textOf(parsed.message),
    directory: textOf(parsed.cwd),
    at,
    metrics: flattened(parsed.metrics),
    team: isRecord(parsed.team) ? textOf(parsed.team.name) : textOf(parsed.team),
    agents: agents.map(({ name }) => name),
  };
}

/** The end of one of its agents is not the end of a session in which others go on. */
function withAgents(own: HookStatus, agents: readonly { status: HookStatus | null }[]): HookStatus {
  if (OPEN.includes(own) || own === 'error') return own;
  return OPEN.find((status) => agents.some((agent) => agent.status === status)) ?? own;
}

/** Names, or objects with a name and a status, in a list or by name. */
function agentsOf(value: unknown): { name: string; status: HookStatus | null }[] {
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((entry) => ['', entry])
    : isRecord(value)
      ? Object.entries(value)
      : [];
  return entries.slice(0, MOST_AGENTS).flatMap(([key, entry]) => {
    const told = isRecord(entry) ? entry : key === '' ? { name: entry } : { status: entry };
    const name = textOf(told.name) || textOf(told.id) || key.slice(0, MOST_TEXT);
    return name === '' ? [] : [{ name, status: statusOf(told.status) }];
  });
}

/** Nested figures under names joined by dots. */
function flattened(value: unknown): Record<string, string> {
  const flat: Record<string, string> = {};
  const open: [string, unknown][] = [['', value]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [prefix, inner] = next;
    if (!isRecord(inner)) continue;
    for (const [key, entry] of Object.entries(inner)) {
      if (Object.keys(flat).length + open.length >= MOST_METRICS) return flat;
      const name = `${prefix}${key}`.slice(0, MOST_TEXT);
      if (typeof entry === 'object' && entry !== null) open.push([`${name}.`, entry]);
      else Object.defineProperty(flat, name, { value: textOf(entry), enumerable: true });
    }
  }
  return flat;
}

/** Seconds since the epoch, or milliseconds where they could be nothing else. */
function timeOf(value: unknown): number | null {
  const told = typeof value === 'string' || typeof value === 'number' ? Number(value) : 0;
  if (!(told > 0 && told < 1e14)) return null;
  return Math.floor(told < 1e11 ? told * 1000 : told);
}

function statusOf(value: unknown): HookStatus | null {
  return HOOK_STATUSES.find((status) => status === value) ?? null;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, MOST_TEXT);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
