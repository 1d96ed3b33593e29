/**
 * What is new in the events that carry a whole session: its state, its name or its tags. Known by what
 * came before: events that were seen, else what the host held when the watch reached it.
 */
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { FleetNews, LiveHost } from '../fleet/live-fleet.ts';

type Known = Pick<SessionSnapshot, 'state' | 'name' | 'tags'>;

/** Null where it is not known, or nothing of these changed. */
export interface SessionChange {
  /** What it was called before; null: as now. */
  readonly renamedFrom: string | null;
  /** `k=v` was set. */
  readonly tagged: readonly string[];
  /** Keys that are there no more. */
  readonly untagged: readonly string[];
}

export class SessionChanges {
  /** By the name of the host, and the id. */
  readonly #seen = new Map<string, Map<string, Known>>();
  readonly #held = new Map<string, ReadonlyMap<string, SessionSnapshot>>();

  /** What a host holds as it is reached. */
  learn({ config, link, sessions }: LiveHost): void {
    if (link === 'connected') this.#held.set(config.name, sessions);
  }

  /** Of an event and all before it; a change of the state comes before any other. */
  of({ host, event, replayed }: Extract<FleetNews, { kind: 'event' }>): SessionChange | null {
    const { fact } = event;
    if (fact.type !== 'sessionChanged') return null;
    const { id, state, name, tags } = fact.session;
    const seen = this.#seen.get(host.name) ?? new Map<string, Known>();
    this.#seen.set(host.name, seen);
    // What was held as it was reached is later than what is told of the time before.
    const before = seen.get(id) ?? (replayed ? undefined : this.#held.get(host.name)?.get(id));
    seen.set(id, { state, name, tags });
    if (!before || before.state !== state) return null;
    const tagged = Object.entries(tags).filter(([key, value]) => before.tags[key] !== value);
    const untagged = Object.keys(before.tags).filter((key) => !Object.hasOwn(tags, key));
    const renamedFrom = before.name === name ? null : before.name;
    if (renamedFrom === null && tagged.length + untagged.length === 0) return null;
    return { renamedFrom, tagged: tagged.map(([key, value]) => `${key}=${value}`), untagged };
  }
}
