/**
 * What was last known of each host, for when it does not answer: which sessions, in which state, and
 * who asked for a person; and the words that completion offers. No prompts, no output, no argv, no line
 * of anybody's screen: it may lie around on a laptop.
 */
import { readFileSync, renameSync, unlink, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ExternalSnapshot, externalAsSession } from '@berth/shared/domain/external-session';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { decodeKept, encodeKept, type KeptHost } from './kept-host.ts';

/** What `keep` takes of a host: a LiveHost is one. */
export interface HeardHost {
  readonly config: { readonly name: string };
  /** Ms since the epoch; null: nothing was ever heard. */
  readonly asOf: number | null;
  readonly snapshot: Pick<HostSnapshot, 'id' | 'presets'> | null;
  readonly sessions: ReadonlyMap<string, SessionSnapshot>;
  readonly external: readonly ExternalSnapshot[];
}

export interface FleetCache {
  /** Null where nothing is kept that can be read, or single sessions alone. */
  read(host: string): KeptHost | null;
  /** The same, and single sessions, too: for completion. */
  words(host: string): KeptHost | null;
  /** Never throws: a cache that cannot be written costs what it would have told. */
  keep(host: HeardHost): void;
  /** Of one session alone something was heard. */
  add(host: string, session: SessionSnapshot): void;
  /** The host does not answer; kept is since when that is so. Returns that time, or `at`. */
  unreachable(host: string, at: number): number;
}

/** All of the host was never heard. */
const NEVER = 0;

const NOTHING: Omit<KeptHost, 'asOf'> = {
  hostId: '',
  unreachableSince: null,
  sessions: new Map(),
  presets: [],
  tagKeys: [],
};

/** `cacheDir`: berth's own. */
export function createFleetCache(cacheDir: string): FleetCache {
  const directory = path.join(cacheDir, 'fleet');
  const fileOf = (host: string) => path.join(directory, `${host}.json`);

  function words(host: string): KeptHost | null {
    try {
      return decodeKept(JSON.parse(readFileSync(fileOf(host), 'utf8')));
    } catch {
      return null;
    }
  }

  function read(host: string): KeptHost | null {
    const kept = words(host);
    return kept && kept.asOf > NEVER ? kept : null;
  }

  /** `dated`: the file is as old as what was heard of the whole host. */
  function write(host: string, kept: KeptHost, { dated = false } = {}): void {
    const temporary = `${fileOf(host)}.${process.pid}`;
    try {
      makeDirectory(directory);
      writeFileSync(temporary, `${JSON.stringify(encodeKept(kept))}\n`, { mode: 0o600 });
      if (dated) utimesSync(temporary, kept.asOf / 1000, kept.asOf / 1000);
      renameSync(temporary, fileOf(host));
    } catch {
      unlink(temporary, () => {});
    }
  }

  return {
    read,
    words,
    keep({ config, asOf, snapshot, sessions: ours, external }) {
      if (asOf === null) return;
      const before = snapshot === null ? read(config.name) : null;
      const hostId = snapshot?.id ?? before?.hostId ?? '';
      const has = snapshot?.presets.filter(({ available }) => available).map(({ name }) => name);
      const presets = has ?? before?.presets ?? [];
      const tagKeys = [...new Set([...ours.values()].flatMap(({ tags }) => Object.keys(tags)))];
      const others = external.map(externalAsSession).map((session) => [session.id, session] as const);
      const sessions = new Map([...ours, ...others]);
      write(config.name, { hostId, asOf, unreachableSince: null, sessions, presets, tagKeys });
    },
    add(host, session) {
      const kept = words(host) ?? { ...NOTHING, asOf: NEVER };
      const tagKeys = [...new Set([...kept.tagKeys, ...Object.keys(session.tags)])];
      const sessions = new Map(kept.sessions).set(session.id, session);
      write(host, { ...kept, tagKeys, sessions }, { dated: true });
    },
    unreachable(host, at) {
      const kept = read(host);
      if (!kept) return at;
      if (kept.unreachableSince === null) write(host, { ...kept, unreachableSince: at });
      return kept.unreachableSince ?? at;
    },
  };
}
