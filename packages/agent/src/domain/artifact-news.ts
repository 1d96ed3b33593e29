/**
 * What to tell of a session's artifacts, from two looks and from what was told before. A file is
 * told once it was found the same twice: while it is being written it is none yet. Pure.
 */
import type { Fact } from '@berth/shared/domain/event';
import type { Artifact } from '@berth/shared/domain/session-details';

/** By path. */
type Files = ReadonlyMap<string, Artifact>;

export interface ArtifactNews {
  readonly facts: readonly Extract<Fact, { type: 'artifactChanged' }>[];
  /** What has been told, these facts included. */
  readonly told: Files;
  /** Some are still being written: look again. */
  readonly unsettled: boolean;
}

export function artifactNews(looks: {
  readonly told: Files;
  /** What the look before found; null: nobody writes any more, all of `now` stands still. */
  readonly before: Files | null;
  readonly now: Files;
  /** There are more files than were looked at: one that was not found need not be gone. */
  readonly more: boolean;
}): ArtifactNews {
  const { before, now, more } = looks;
  const told = new Map(looks.told);
  const facts: ArtifactNews['facts'][number][] = [];
  let unsettled = false;
  for (const artifact of now.values()) {
    if (same(told.get(artifact.path), artifact)) continue;
    if (before && !same(before.get(artifact.path), artifact)) {
      unsettled = true;
      continue;
    }
    told.set(artifact.path, artifact);
    facts.push({ type: 'artifactChanged', artifact, removed: false });
  }
  for (const artifact of more ? [] : looks.told.values()) {
    if (now.has(artifact.path)) continue;
    told.delete(artifact.path);
    facts.push({ type: 'artifactChanged', artifact, removed: true });
  }
  return { facts, told, unsettled };
}

export function byPath(artifacts: readonly Artifact[]): Files {
  return new Map(artifacts.map((artifact) => [artifact.path, artifact]));
}

function same(one: Artifact | undefined, other: Artifact): boolean {
  return one?.bytes === other.bytes && one.modifiedAt === other.modifiedAt;
}
