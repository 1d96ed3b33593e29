/** HostEvent <-> berth.v1.Event. */
import { CLEAR_REASONS, type ClearReason } from '../domain/attention.ts';
import type { Fact, HostEvent } from '../domain/event.ts';
import { type Event, ClearReason as WireClearReason } from '../gen/berth/v1/event.ts';
import {
  decodeActivity,
  decodeAttention,
  decodeKind,
  decodeSource,
  encodeActivity,
  encodeAttention,
  encodeKind,
  encodeSource,
} from './attention.ts';
import { fromDate, toBytes } from './scalar.ts';
import { decodeSession, encodeSession } from './session.ts';
import { decodeArtifact, decodeExternal, encodeArtifact, encodeExternal } from './session-details.ts';

type WireFact = NonNullable<Event['fact']>;

export function encodeEvent(event: HostEvent): Event {
  const { number, at, sessionId, sessionName, fact } = event;
  return { number: BigInt(number), at: new Date(at), sessionId, sessionName, fact: encodeFact(fact) };
}

/** `fact` is null where this version does not know it: its number counts all the same. */
export function decodeEvent(event: Event): Omit<HostEvent, 'fact'> & { readonly fact: Fact | null } {
  const { sessionId, sessionName } = event;
  const fact = event.fact ? decodeFact(event.fact) : null;
  return { number: toBytes(event.number), at: fromDate(event.at) ?? 0, sessionId, sessionName, fact };
}

function encodeFact(fact: Fact): WireFact {
  switch (fact.type) {
    case 'sessionChanged':
      return { $case: 'sessionChanged', sessionChanged: { session: encodeSession(fact.session) } };
    case 'sessionRemoved':
      return { $case: 'sessionRemoved', sessionRemoved: { freedBytes: BigInt(fact.freedBytes) } };
    case 'hostNotice':
      return { $case: 'hostNotice', hostNotice: { reason: fact.reason, message: fact.message } };
    case 'attentionRaised':
      return { $case: 'attentionRaised', attentionRaised: { attention: encodeAttention(fact.attention) } };
    case 'attentionCleared': {
      const reason = encodeClearReason(fact.reason);
      return {
        $case: 'attentionCleared',
        attentionCleared: { kind: encodeKind(fact.kind), raised: BigInt(fact.raised), reason },
      };
    }
    case 'attentionSnoozed':
      return { $case: 'attentionSnoozed', attentionSnoozed: { until: new Date(fact.until) } };
    case 'activityChanged': {
      const { message } = fact;
      const [activity, source] = [encodeActivity(fact.activity), encodeSource(fact.source)];
      return { $case: 'activityChanged', activityChanged: { activity, source, message } };
    }
    case 'outputChanged': {
      const transcriptEnd = BigInt(fact.transcriptEnd);
      return { $case: 'outputChanged', outputChanged: { printing: fact.printing, transcriptEnd } };
    }
    case 'filesChanged': {
      const { folders, files, incomplete } = fact;
      return { $case: 'filesChanged', filesChanged: { folders: [...folders], files, incomplete } };
    }
    case 'artifactChanged': {
      const artifact = encodeArtifact(fact.artifact);
      return { $case: 'artifactChanged', artifactChanged: { artifact, removed: fact.removed } };
    }
    case 'memoryPressure': {
      const [usedBytes, slotBytes] = [BigInt(fact.usedBytes), BigInt(fact.slotBytes)];
      return { $case: 'memoryPressure', memoryPressure: { high: fact.high, usedBytes, slotBytes } };
    }
    case 'clientsChanged': {
      const { attachedClients, attached } = fact;
      return { $case: 'clientsChanged', clientsChanged: { attachedClients, attached } };
    }
    case 'externalChanged': {
      const session = encodeExternal(fact.session);
      const cleared = fact.cleared ? encodeClearReason(fact.cleared) : WireClearReason.UNSPECIFIED;
      return { $case: 'externalChanged', externalChanged: { session, gone: fact.gone, cleared } };
    }
  }
}

function decodeFact(fact: WireFact): Fact | null {
  switch (fact.$case) {
    case 'sessionChanged': {
      const { session } = fact.sessionChanged;
      return session ? { type: 'sessionChanged', session: decodeSession(session) } : null;
    }
    case 'sessionRemoved':
      return { type: 'sessionRemoved', freedBytes: toBytes(fact.sessionRemoved.freedBytes) };
    case 'hostNotice':
      return { type: 'hostNotice', ...fact.hostNotice };
    case 'attentionRaised': {
      const { attention } = fact.attentionRaised;
      return attention ? { type: 'attentionRaised', attention: decodeAttention(attention) } : null;
    }
    case 'attentionCleared': {
      const { kind, raised, reason } = fact.attentionCleared;
      const cleared = { kind: decodeKind(kind) ?? 'bell', raised: toBytes(raised) } as const;
      return { type: 'attentionCleared', ...cleared, reason: decodeClearReason(reason) };
    }
    case 'attentionSnoozed':
      return { type: 'attentionSnoozed', until: fromDate(fact.attentionSnoozed.until) ?? 0 };
    case 'activityChanged': {
      const { activity, source, message } = fact.activityChanged;
      const decoded = { activity: decodeActivity(activity), source: decodeSource(source) };
      return { type: 'activityChanged', ...decoded, message };
    }
    case 'outputChanged': {
      const { printing, transcriptEnd } = fact.outputChanged;
      return { type: 'outputChanged', printing, transcriptEnd: toBytes(transcriptEnd) };
    }
    case 'filesChanged':
      return { type: 'filesChanged', ...fact.filesChanged };
    case 'artifactChanged': {
      const { artifact, removed } = fact.artifactChanged;
      return artifact ? { type: 'artifactChanged', artifact: decodeArtifact(artifact), removed } : null;
    }
    case 'memoryPressure': {
      const { high, usedBytes, slotBytes } = fact.memoryPressure;
      return { type: 'memoryPressure', high, usedBytes: toBytes(usedBytes), slotBytes: toBytes(slotBytes) };
    }
    case 'clientsChanged':
      return { type: 'clientsChanged', ...fact.clientsChanged };
    case 'externalChanged': {
      const { session, gone, cleared: why } = fact.externalChanged;
      const cleared = why === WireClearReason.UNSPECIFIED ? {} : { cleared: decodeClearReason(why) };
      return session ? { type: 'externalChanged', session: decodeExternal(session), gone, ...cleared } : null;
    }
  }
}

function encodeClearReason(reason: ClearReason): WireClearReason {
  return WireClearReason[reason.replace('-', '_').toUpperCase() as keyof typeof WireClearReason];
}

function decodeClearReason(reason: WireClearReason): ClearReason {
  return CLEAR_REASONS.find((known) => encodeClearReason(known) === reason) ?? 'went-on';
}
