/** Looks at one session through the ports: what is, not what should be. */
import type { Enforcement } from '@berth/shared/domain/session-state';
import type { Observed } from '../domain/plan.ts';
import type { Session } from '../domain/session.ts';
import type { SessionFiles } from './files-port.ts';
import type { Terminals, Units } from './ports.ts';

/**
 * The order matters: the exit record is read last, so that a terminal that was seen dead and has
 * no record will never have one. Rejects where anything could not be told.
 */
export async function observe(
  session: Session,
  ports: { files: SessionFiles; units: Units; terminals: Terminals; bootId: string },
): Promise<Observed> {
  if (session.state === 'reserved') return NOTHING;
  const { files, units, terminals } = ports;
  if (session.state === 'queued') {
    const { bootId } = ports;
    return { ...NOTHING, bootId, rebooted: session.bootId !== bootId, begun: await files.begun(session.id) };
  }
  const paths = files.paths(session.id);
  const unit = (await units.observe(session.id, paths)) === 'alive' ? 'alive' : 'gone';
  const terminal = unit === 'alive' ? await terminals.observe(paths) : null;
  const begun = await files.begun(session.id);
  const exit = await files.exitRecord(session.id);
  const over = exit !== null || unit === 'gone' || terminal?.dead === true;
  const memory = over ? await units.usage(session.id, paths) : null;
  const status = exit?.exitCode ?? terminal?.deadStatus ?? null;
  return {
    unit,
    rebooted: 'bootId' in session && session.bootId !== ports.bootId,
    bootId: ports.bootId,
    begun,
    terminal: terminal === null ? 'none' : terminal.dead ? 'dead' : 'open',
    deadStatus: terminal?.deadStatus ?? null,
    exit,
    // A child that the kernel killed leaves the main process with an end of its own.
    outOfMemory: (memory?.oomKills ?? 0) > 0 && (status === 137 || status === null),
    memoryPeakBytes: memory?.peakBytes ?? null,
    memoryLimitBytes: memory?.limitBytes ?? null,
    oomKills: memory?.oomKills ?? 0,
    enforcement: await enforcement(session, { unit, pid: terminal?.pid ?? null, units }),
    frozen: unit === 'alive' && isSuspended(session) && (await units.frozen(session.id, paths)),
  };
}

/** Asked once, when a start has come as far as a terminal: limits do not change afterwards. */
async function enforcement(
  session: Session,
  seen: { unit: 'alive' | 'gone'; pid: number | null; units: Units },
): Promise<Enforcement> {
  if (session.state !== 'starting' || seen.unit !== 'alive') return 'advisory';
  return await seen.units.enforces(session.id, { pid: seen.pid, memoryBytes: session.memoryBytes });
}

function isSuspended(session: Session): boolean {
  return 'suspension' in session && session.suspension?.wanted === true;
}

/** A reservation has nothing that could be seen. */
const NOTHING: Observed = {
  unit: 'gone',
  rebooted: false,
  bootId: '',
  begun: false,
  terminal: 'none',
  deadStatus: null,
  exit: null,
  outOfMemory: false,
  memoryPeakBytes: null,
  memoryLimitBytes: null,
  oomKills: 0,
  enforcement: 'advisory',
  frozen: false,
};
