/**
 * Units of systemd on a host whose agent ran without systemd before: what was started as plain
 * processes then is still theirs, until it ends.
 */
import type { SessionPaths, Units } from './ports.ts';

/** New sessions start in `units`; those that `isOlder` knows are left to `older`. */
export function unitsOfBoth(options: {
  units: Units;
  older: Units;
  isOlder: (paths: SessionPaths) => boolean;
}): Units {
  const { units, older } = options;
  const of = (paths: SessionPaths) => (options.isOlder(paths) ? older : units);
  return {
    enforcement: units.enforcement,
    usageIsDear: units.usageIsDear,
    start: (unit) => units.start(unit),
    observe: (sessionId, paths) => of(paths).observe(sessionId, paths),
    signal: (sessionId, paths, signal) => of(paths).signal(sessionId, paths, signal),
    members: (sessionId, paths) => of(paths).members(sessionId, paths),
    freeze: (sessionId, paths) => of(paths).freeze(sessionId, paths),
    thaw: (sessionId, paths) => of(paths).thaw(sessionId, paths),
    frozen: (sessionId, paths) => of(paths).frozen(sessionId, paths),
    kill: (sessionId, paths) => of(paths).kill(sessionId, paths),
    usage: (sessionId, paths) => of(paths).usage(sessionId, paths),
    // Asked of sessions that were just started, so never of the older.
    enforces: (sessionId, process) => units.enforces(sessionId, process),
  };
}
