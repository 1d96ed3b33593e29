/** What the live view tells of the selected session, line by line. Pure. */
import type { ToolFigures } from '@berth/shared/domain/attention';
import { formatAge } from '@berth/shared/domain/duration';
import { isAnswered } from '@berth/shared/domain/external-session';
import { formatMemory } from '@berth/shared/domain/memory';
import type { GitState } from '@berth/shared/domain/session-details';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { statusText } from '../queue-place.ts';
import { cellText } from './cell-text.ts';
import type { DashRow } from './row.ts';

export interface DetailLine {
  readonly label: string;
  readonly text: string;
  readonly urgent?: boolean;
}

/** `git` is undefined while it is not known. */
export function detailLines(row: DashRow, git: GitState | null | undefined, now: number): DetailLine[] {
  const lines: (DetailLine | null)[] = [
    { label: 'state', text: stateLine(row, now) },
    row.asking
      ? { label: 'asks', text: `for ${formatAge(now - row.asking.since)}: ${row.message}`, urgent: true }
      : null,
    row.session ? memoryLine(row.session) : null,
    git ? { label: 'git', text: gitText(git) } : null,
    row.session?.figures ? { label: 'tool', text: figuresText(row.session.figures) } : null,
    row.external ? externalFigures(row.external.metrics) : null,
    row.directory ? { label: 'in', text: row.directory } : null,
    promptLine(row),
    tagLine(row),
  ];
  return lines.filter((line) => line !== null);
}

function stateLine(row: DashRow, now: number): string {
  const { session, external, host } = row;
  const about = session
    ? [
        statusText(session),
        session.activity === 'unknown' || row.ended ? '' : session.activity,
        session.exitCode === null ? '' : `exit ${session.exitCode}`,
        `started ${formatAge(now - session.createdAt)} ago`,
        session.endedAt === null ? '' : `ended ${formatAge(now - session.endedAt)} ago`,
        session.attachedClients > 0 ? `${session.attachedClients} attached` : '',
        cellText(session.detail),
      ]
    : [
        `${cellText(external?.status ?? '')} (told by another tool ${formatAge(now - row.begun)} ago)`,
        external && isAnswered(external) ? 'answered' : '',
        external?.live ? '' : 'no tmux session of this name now',
      ];
  const stale = row.staleSince === null ? '' : cellText(host.error ?? `${host.config.name} is not connected`);
  return [...about, stale].filter(Boolean).join(' · ');
}

const BAR = 20;

function memoryLine(session: SessionSnapshot): DetailLine | null {
  const { memoryBytes, memoryUsedBytes, memoryPeakBytes } = session;
  if (memoryBytes <= 0) return null;
  const peak = memoryPeakBytes > 0 ? `, peak ${formatMemory(memoryPeakBytes)}` : '';
  if (memoryUsedBytes <= 0) return { label: 'memory', text: `slot ${formatMemory(memoryBytes)}${peak}` };
  const share = memoryUsedBytes / memoryBytes;
  const text = `${bar(share, BAR)} ${formatMemory(memoryUsedBytes)} of ${formatMemory(memoryBytes)}${peak}`;
  return { label: 'memory', text, urgent: share >= 0.9 };
}

/** `[#####.....]`: reads the same without colours and in every font. */
export function bar(share: number, width: number): string {
  const full = share > 0 ? Math.round(Math.min(1, share) * width) : 0;
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`;
}

function gitText(git: GitState): string {
  const branch = cellText(git.branch) || `detached at ${cellText(git.commit).slice(0, 10)}`;
  const ahead = git.ahead ? `${git.ahead} ahead` : '';
  const behind = git.behind ? `${git.behind} behind` : '';
  const upstream = ahead || behind ? ` of ${cellText(git.upstream)}` : '';
  const where = [ahead, behind].filter(Boolean).join(', ') + upstream;
  const dirty = git.dirtyFiles > 0 ? `${git.dirtyFiles} changed` : 'clean';
  return [branch, dirty, where].filter(Boolean).join(' · ');
}

function figuresText(figures: ToolFigures): string {
  const tools = Object.entries(figures.toolCalls)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([name, calls]) => `${cellText(name)} ${calls}`);
  const tokens = figures.inputTokens + figures.outputTokens;
  return [
    `${figures.turns} turns`,
    tokens > 0 ? `${short(figures.inputTokens)} tokens in, ${short(figures.outputTokens)} out` : '',
    tools.join(', '),
    figures.subagents > 0 ? `${figures.subagents} subagents at work` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

function externalFigures(metrics: Readonly<Record<string, string>>): DetailLine | null {
  const texts = Object.entries(metrics).map(([key, value]) => cellText(`${key} ${value}`));
  return texts.length > 0 ? { label: 'tool', text: texts.join(' · ') } : null;
}

/** `980`, `12k`, `3.4M`. */
function short(n: number): string {
  if (n < 1000) return String(n);
  if (n < 1_000_000) return `${Math.round(n / 1000)}k`;
  return `${(n / 1_000_000).toFixed(1)}M`;
}

function promptLine({ session }: DashRow): DetailLine | null {
  if (!session) return null;
  const text = cellText(session.prompt || session.argv.join(' '));
  return text ? { label: session.prompt ? 'prompt' : 'runs', text } : null;
}

function tagLine({ session }: DashRow): DetailLine | null {
  const tags = Object.entries(session?.tags ?? {}).map(([key, value]) => cellText(`${key}=${value}`));
  return tags.length > 0 ? { label: 'tags', text: tags.join(' ') } : null;
}
