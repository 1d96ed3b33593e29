/** Events as `berth watch --json` prints them. Pure. Keys are documented in docs/cli.md and only ever added to. */
import { type Fact, type HostEvent, kindOf } from '@berth/shared/domain/event';
import { statusOf } from '@berth/shared/domain/session-state';
import type { SessionChange } from './session-changes.ts';

export function eventRow(
  place: { host: string; journalId: string; replayed: boolean },
  event: HostEvent,
  changed: SessionChange | null = null,
) {
  const { number, sessionId, sessionName, fact } = event;
  const external = fact.type === 'externalChanged' ? fact.session.name : null;
  return {
    host: place.host,
    journal_id: place.journalId,
    number,
    at: iso(event.at),
    session_id: external === null ? sessionId : `external:${external}`,
    session: external ?? (sessionName || sessionId),
    kind: kindOf(fact),
    type: fact.type.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    replayed: place.replayed,
    ...factRow(fact),
    ...(fact.type === 'sessionChanged' ? { changed: changedRow(changed) } : {}),
  };
}

function changedRow(changed: SessionChange | null) {
  if (!changed) return null;
  const { renamedFrom, tagged, untagged } = changed;
  return { renamed_from: renamedFrom, tagged, untagged };
}

function factRow(fact: Fact): Record<string, unknown> {
  switch (fact.type) {
    case 'sessionChanged': {
      const { state, failureReason, detail, exitCode, preset, headless, tags } = fact.session;
      const { createdAt, startedAt, endedAt } = fact.session;
      const times = {
        created_at: iso(createdAt),
        started_at: isoOrNull(startedAt),
        ended_at: isoOrNull(endedAt),
      };
      const end = { failure_reason: failureReason, detail, exit_code: exitCode };
      return { status: statusOf(state), state, ...end, preset, headless, tags, ...times };
    }
    case 'sessionRemoved':
      return { freed_bytes: fact.freedBytes };
    case 'hostNotice':
      return { reason: fact.reason, message: fact.message };
    case 'attentionRaised': {
      const { kind, reason, line, source, since, snoozedUntil } = fact.attention;
      const times = { since: iso(since), snoozed_until: isoOrNull(snoozedUntil) };
      return { attention_kind: kind, reason, line, source, ...times };
    }
    case 'attentionCleared':
      return { attention_kind: fact.kind, raised: fact.raised, reason: fact.reason };
    case 'attentionSnoozed':
      return { snoozed_until: iso(fact.until) };
    case 'activityChanged':
      return { activity: fact.activity, source: fact.source, message: fact.message };
    case 'outputChanged':
      return { printing: fact.printing, transcript_end: fact.transcriptEnd };
    case 'filesChanged':
      return { folders: fact.folders, files: fact.files, incomplete: fact.incomplete };
    case 'artifactChanged': {
      const { path, bytes, modifiedAt } = fact.artifact;
      return { path, bytes, modified_at: iso(modifiedAt), removed: fact.removed };
    }
    case 'memoryPressure':
      return { high: fact.high, used_bytes: fact.usedBytes, slot_bytes: fact.slotBytes };
    case 'clientsChanged':
      return { attached_clients: fact.attachedClients, attached: fact.attached };
    case 'externalChanged': {
      const { status, message, directory, live, attention, reportedAt } = fact.session;
      const told = { status, message, directory, live, reported_at: iso(reportedAt) };
      return {
        ...told,
        attention_kind: attention?.kind ?? null,
        cleared: fact.cleared ?? null,
        snoozed_until: isoOrNull(attention?.snoozedUntil ?? null),
        gone: fact.gone,
      };
    }
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}
