/** A session in lines for people. Pure. */
import { isSnoozed, type ToolFigures } from '@berth/shared/domain/attention';
import { formatAge } from '@berth/shared/domain/duration';
import { type ExternalSnapshot, isAnswered } from '@berth/shared/domain/external-session';
import type { ListeningPort } from '@berth/shared/domain/listening-port';
import { formatMemory } from '@berth/shared/domain/memory';
import type { Artifact, GitState } from '@berth/shared/domain/session-details';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { WorkspaceSource } from '@berth/shared/domain/workspace-source';
import { statusText } from '../fleet/queue-place.ts';
import type { Shown } from '../fleet/session-look.ts';
import { counted } from '../render/counted.ts';
import { diskText } from './disk-text.ts';
import { outOfMemoryHint } from './out-of-memory.ts';

type Fact = readonly [label: string, text: string];

/** Artifacts listed for people; JSON has all of them. */
const ARTIFACTS = 10;

export function shownText(shown: Shown, now: number): string {
  if (shown.external) return lines(externalFacts(shown, shown.external, now));
  const facts = [...identity(shown), ...attention(shown, now), ...times(shown, now), ...use(shown)];
  return lines([...facts, ...places(shown, now)]);
}

function lines(facts: readonly Fact[]): string {
  const told = facts.filter(([, text]) => text);
  return told.map(([label, text]) => `${label.padEnd(11)} ${oneLine(text)}\n`).join('');
}

/** Of another tool's session there is what it reports, and no more. */
function externalFacts(shown: Shown, external: ExternalSnapshot, now: number): Fact[] {
  const { host, session, details, reach } = shown;
  const { status, message, reportedAt, live, toolSessionId, team, agents, metrics } = external;
  return [
    ['session', session.id],
    ['host', host.name],
    ['status', `${status}, as its tool reports${isAnswered(external) ? '; answered since' : ''}`],
    ['message', message],
    ['reported', `${iso(reportedAt)} (${formatAge(now - reportedAt)})`],
    ...attention(shown, now),
    ['tmux', live ? 'its session is there' : 'no session of this name'],
    ['tool id', toolSessionId],
    ['team', team],
    ['agents', agents.join(', ')],
    ['figures', pairsText(metrics)],
    ['directory', session.workspace],
    ['git', details.git ? gitText(details.git) : ''],
    ['by ssh', reach],
  ];
}

function identity({ host, session }: Shown): Fact[] {
  const reason = session.failureReason ? ` (${session.failureReason})` : '';
  return [
    ['session', session.id],
    ['name', session.name],
    ['host', host.name],
    ['status', statusText(session) + reason],
    ['detail', session.detail],
    ['hint', outOfMemoryHint(session)],
    ['exit code', session.exitCode === null ? '' : String(session.exitCode)],
    ['preset', session.preset + (session.headless ? ' (headless)' : '')],
    ['permissions', session.skipPermissions ? 'SKIPPED: its tool asks nobody before it acts' : ''],
    ['prompt', session.prompt],
    ['command', session.argv.join(' ')],
  ];
}

function attention({ session }: Shown, now: number): Fact[] {
  const { attention: asks, activity, figures, state } = session;
  const does: Fact[] = [
    ['activity', activity === 'unknown' || isFinal(state) ? '' : activity],
    ['tool', figures ? figuresText(figures) : ''],
  ];
  if (!asks) return does;
  const until = asks.snoozedUntil;
  return [
    ['attention', `${asks.kind} for ${formatAge(now - asks.since)} (${asks.source})`],
    ['reason', asks.reason],
    ['line', asks.line],
    [
      'snoozed',
      until !== null && isSnoozed(asks, now) ? `${iso(until)} (${formatAge(until - now)} left)` : '',
    ],
    ...does,
  ];
}

function figuresText({ turns, inputTokens, outputTokens, toolCalls, subagents }: ToolFigures): string {
  const tools = Object.entries(toolCalls).sort(([, a], [, b]) => b - a);
  const parts = [
    counted(turns, 'turn'),
    `${inputTokens} tokens in, ${outputTokens} out`,
    tools.map(([tool, calls]) => `${tool} ${calls}`).join(' '),
    subagents > 0 ? counted(subagents, 'subagent') : '',
  ];
  return parts.filter(Boolean).join('; ');
}

function times({ session, history }: Shown, now: number): Fact[] {
  const { createdAt, startedAt, endedAt, incarnation, restartPolicy, queuedAt, suspendRequestedAt } = session;
  const waited =
    queuedAt === null
      ? ''
      : `${iso(queuedAt)} (${formatAge((startedAt ?? endedAt ?? now) - queuedAt)} in line)`;
  const steps = history.steps.map(({ state, at }, i) =>
    i === 0 ? `${state} ${iso(at)}` : `${state} +${formatAge(at - (history.steps[0]?.at ?? at))}`,
  );
  return [
    ['created', `${iso(createdAt)} (${formatAge(now - createdAt)})`],
    ['queued', waited],
    ['started', startedAt === null ? '' : iso(startedAt)],
    ['ended', endedAt === null ? '' : iso(endedAt)],
    ['suspended', suspendRequestedAt === null ? '' : iso(suspendRequestedAt)],
    ['history', [...(history.complete ? [] : ['…']), ...steps].join(', ')],
    ['restart', restartPolicy === 'never' ? '' : restartPolicy],
    ['incarnation', incarnation > 1 ? String(incarnation) : ''],
  ];
}

function use({ session }: Shown): Fact[] {
  const { memoryBytes, memoryUsedBytes, memoryPeakBytes, cpuMs, cpuPercent, enforcement, oomKills } = session;
  return [
    ['slot', formatMemory(memoryBytes)],
    ['in use', memoryUsedBytes > 0 ? formatMemory(memoryUsedBytes) : ''],
    ['peak', memoryPeakBytes > 0 ? formatMemory(memoryPeakBytes) : ''],
    ['cpu', cpuMs === null ? '' : `${cpuPercent}%, ${formatAge(cpuMs)} in all`],
    ['limits', enforcement ?? ''],
    ['oom kills', oomKills > 0 ? String(oomKills) : ''],
    ['attached', String(session.attachedClients)],
    ['tags', pairsText(session.tags)],
  ];
}

function places({ session, details, ports, disk, reach }: Shown, now: number): Fact[] {
  const { artifacts } = details;
  const left = artifacts.length - ARTIFACTS;
  return [
    ['workspace', session.workspace],
    ['source', sourceText(session.source)],
    ['variables', session.envNames.map((name) => `${name}=***`).join(' ')],
    ['disk', disk ? diskText(disk) : ''],
    ['git', details.git ? gitText(details.git) : ''],
    ['ports', portsText(ports ?? [])],
    ['output', details.outputDirectory],
    ...artifacts.slice(0, ARTIFACTS).map((artifact): Fact => ['', artifactText(artifact, now)]),
    ['', left > 0 ? `and ${left} more` : ''],
    ['status dir', details.statusDirectory],
    ['transcript', `bytes ${session.transcriptStart} to ${session.transcriptEnd}`],
    ['by ssh', reach],
  ];
}

function portsText(ports: readonly ListeningPort[]): string {
  return ports.map(({ port, program }) => (program ? `${port} (${program})` : String(port))).join(', ');
}

/** What its workspace began with; nothing where it was empty. */
function sourceText(source: WorkspaceSource): string {
  switch (source.kind) {
    case 'empty':
      return '';
    case 'directory':
      return 'a directory of the host, not a copy';
    case 'clone': {
      const { url, branch, depth } = source;
      const depthText = depth > 0 ? counted(depth, 'commit') : '';
      return ['a clone of', url, branch && `(${branch})`, depthText && `${depthText} deep`]
        .filter(Boolean)
        .join(' ');
    }
    case 'checkout': {
      const { repository, branch, commit, workCommit } = source;
      const at = commit ? `at ${commit.slice(0, 10)}` : 'without a commit';
      const work = workCommit ? ', with what was not committed' : '';
      return `repository ${repository}, ${branch || 'detached'} ${at}${work}`;
    }
  }
}

function gitText({ branch, commit, dirtyFiles, ahead, behind, upstream }: GitState): string {
  const apart = [
    ahead === null || behind === null ? '' : `${ahead} ahead, ${behind} behind ${upstream}`,
    dirtyFiles > 0 ? `${counted(dirtyFiles, 'file')} changed` : 'clean',
  ];
  const at = commit ? `at ${commit.slice(0, 10)}` : 'without a commit';
  return [`${branch || 'detached'} ${at}`, ...apart.filter(Boolean)].join('; ');
}

function artifactText({ path, bytes, modifiedAt }: Artifact, now: number): string {
  return `${path} (${formatMemory(bytes)}, ${formatAge(now - modifiedAt)} ago)`;
}

function pairsText(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
