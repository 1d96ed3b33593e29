/** Details of one session, and sessions of others' tools <-> their messages. */
import type { ExternalSnapshot } from '../domain/external-session.ts';
import type { Artifact, SessionDetails } from '../domain/session-details.ts';
import {
  Artifact as WireArtifact,
  SessionDetails as WireDetails,
  ExternalSession as WireExternal,
} from '../gen/berth/v1/session.ts';
import { decodeAttention, encodeAttention } from './attention.ts';
import { fromDate, toBytes } from './scalar.ts';

export function encodeDetails(details: SessionDetails): WireDetails {
  const { git, artifacts, ...rest } = details;
  return WireDetails.fromPartial({
    ...rest,
    artifacts: artifacts.map(encodeArtifact),
    git: git ? { ...git, ahead: git.ahead ?? undefined, behind: git.behind ?? undefined } : undefined,
  });
}

export function decodeDetails(details: WireDetails): SessionDetails {
  const { git, artifacts, ...rest } = details;
  return {
    ...rest,
    artifacts: artifacts.map(decodeArtifact),
    git: git ? { ...git, ahead: git.ahead ?? null, behind: git.behind ?? null } : null,
  };
}

export function encodeArtifact(artifact: Artifact): WireArtifact {
  const { path, bytes, modifiedAt } = artifact;
  return WireArtifact.fromPartial({ path, bytes: BigInt(bytes), modifiedAt: new Date(modifiedAt) });
}

export function decodeArtifact(artifact: WireArtifact): Artifact {
  const { path, bytes, modifiedAt } = artifact;
  return { path, bytes: toBytes(bytes), modifiedAt: fromDate(modifiedAt) ?? 0 };
}

export function encodeExternal(session: ExternalSnapshot): WireExternal {
  const { reportedAt, metrics, agents, attention, ...rest } = session;
  return WireExternal.fromPartial({
    ...rest,
    reportedAt: new Date(reportedAt),
    metrics: { ...metrics },
    agents: [...agents],
    attention: attention ? encodeAttention(attention) : undefined,
  });
}

export function decodeExternal(session: WireExternal): ExternalSnapshot {
  const { reportedAt, attention, ...rest } = session;
  return {
    ...rest,
    reportedAt: fromDate(reportedAt) ?? 0,
    attention: attention ? decodeAttention(attention) : null,
  };
}
