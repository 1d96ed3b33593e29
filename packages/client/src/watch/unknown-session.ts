/** Says once which of the sessions that are watched for nobody has heard of: it may be a slip of the pen. */
import { oneLine } from '@berth/shared/domain/text';
import type { LiveFleet } from '../fleet/live-fleet.ts';
import type { Console } from '../render/console.ts';
import { toJson } from '../render/json.ts';
import { type EventFilter, isNamed } from './filter.ts';

/** As soon as each host has answered, or cannot be reached. */
export function tellUnknown(
  asked: EventFilter['sessions'],
  { fleet, console }: { fleet: LiveFleet; console: Console },
): Disposable {
  const look = () => {
    const hosts = fleet.hosts();
    if (hosts.some(({ link }) => link === 'connecting')) return;
    listening[Symbol.dispose]();
    for (const { host, session } of asked) {
      const there = hosts.filter(({ config }) => host === null || config.name === host);
      const known = there.some(
        ({ sessions, external }) =>
          [...sessions.values()].some((one) => isNamed(session, one)) ||
          external.some(({ name }) => session === name || session === `external:${name}`),
      );
      if (!known) console.err(`${told({ host, session }, console)}\n`);
    }
  };
  const listening = asked.length > 0 ? fleet.onChange(look) : { [Symbol.dispose]: () => {} };
  return listening;
}

function told(unknown: EventFilter['sessions'][number], { json }: Console): string {
  if (json) return toJson({ unknown });
  const { host, session } = unknown;
  const where = host === null ? 'no host that answers has' : `host ${host} has not`;
  return oneLine(`berth: ${where} a session ${session} yet; waiting for it`);
}
