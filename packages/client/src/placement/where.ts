/** Which hosts may take sessions, by what is wanted of them, before any is asked. */
import type { HostConfig } from '../config/remotes.ts';
import { findHost } from '../fleet/inventory.ts';
import { noCapacity } from './no-capacity.ts';
import { type Constraints, unwantedFor } from './obstacle.ts';
import type { Policy } from './policy.ts';
import { poolOf } from './pool.ts';
import type { PassedOver } from './rank.ts';

export interface Where {
  readonly hosts: readonly HostConfig[];
  /** Those that are left out before any is asked. */
  readonly left: readonly PassedOver[];
  readonly constraints: Constraints;
  readonly policy: Policy;
}

/** `names`: of hosts that may be taken; empty: the pool. Throws HOST_NOT_FOUND, and NO_CAPACITY where none is left. */
export function whereFor(
  all: readonly HostConfig[],
  { names, constraints, policy }: { names: readonly string[]; constraints: Constraints; policy: Policy },
): Where {
  const pool = poolOf(all);
  const named = [...new Set(names)].map((name) => findHost(all, name));
  const chosen = named.length > 0 ? { hosts: named, left: [] } : pool;
  const unwanted = chosen.hosts.flatMap((host): PassedOver[] => {
    const words = unwantedFor(constraints, host, null);
    return words === null ? [] : [{ host, obstacle: { kind: 'unwanted', words } }];
  });
  const left = [...chosen.left, ...unwanted];
  const hosts = chosen.hosts.filter((host) => unwanted.every((one) => one.host !== host));
  if (hosts.length === 0) {
    const why = unwanted.length > 0 ? unwanted : left;
    throw noCapacity(constraints, why, { candidates: [], now: Date.now() });
  }
  return { hosts, left, constraints, policy };
}
