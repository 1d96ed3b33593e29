/**
 * What an agent stands on: the memory of its host, its own or shared, and what sessions run in:
 * units of systemd where it answers, else plain processes.
 */
import { totalmem } from 'node:os';
import { messageOf } from '@berth/shared/domain/berth-error';
import type { Enforcement } from '@berth/shared/domain/session-state';
import type { Config } from './config.ts';
import { type Capacity, capacityOf } from './domain/ledger.ts';
import type { Active } from './domain/session.ts';
import { ledgerSocket } from './ledger/places.ts';
import type { Log } from './log.ts';
import { createPlainEditorUnits } from './plain/editor-units.ts';
import { usageOf } from './plain/processes.ts';
import { standstillOf as standstill } from './plain/standstill.ts';
import { createPlainUnits, startedPlain } from './plain/units.ts';
import { createLedgerClient } from './rpc/ledger-client.ts';
import type { EditorUnits } from './sessions/editor-port.ts';
import type { SharedLedger } from './sessions/ledger-port.ts';
import type { SessionPaths, Units } from './sessions/ports.ts';
import { unitsOfBoth } from './sessions/units-of-both.ts';
import { cgroupLayout } from './systemd/cgroup.ts';
import { createSystemdEditorUnits, directEditorControl, type EditorControl } from './systemd/editor-units.ts';
import { limitSlice, probeEnforcement } from './systemd/probe.ts';
import { managerAnswers } from './systemd/systemctl.ts';
import { createSystemdUnits, directControl, type UnitControl } from './systemd/units.ts';

/** What editors run in: by the path of editor-run.sh, and for a session with these paths. */
export type EditorUnitsFor = (runner: string) => (paths: SessionPaths) => EditorUnits;

/** What the memory of the host is, who keeps it, and what sessions run in. */
export interface Ground {
  readonly capacity: Capacity;
  readonly units: Units;
  readonly editorUnits: EditorUnitsFor;
  /** Null where this agent is the only one on its host. */
  readonly sharedLedger: SharedLedger | null;
  /** Of the machine; null where the agent makes one of its own. */
  readonly hostId: string | null;
  /** Closes the way to the ledger. */
  close(): void;
}

export async function prepareGround(config: Config, log: Log): Promise<Ground> {
  if (config.scope === 'system') return await shared(config, log);
  const capacity = capacityOf(totalmem(), config.capacity);
  const own = await ownUnits(config, log, capacity);
  return { capacity, sharedLedger: null, hostId: null, ...own, close: () => {} };
}

async function shared(config: Config, log: Log): Promise<Ground> {
  const ledger = createLedgerClient(ledgerSocket(config.user));
  const { hostId, capacity, enforcement } = await ledger.describe();
  const manager = 'system';
  const control: UnitControl = {
    start: ({ paths, ...unit }) => ledger.startUnit({ ...unit, workingDirectory: paths.workspace }),
    kill: (sessionId) => ledger.endUnit(sessionId),
  };
  const editorControl: EditorControl = {
    async start(unit) {
      // It would be left as it is, without the socket and the environment of this start.
      await ledger.stopEditor(unit.sessionId);
      await ledger.startEditor(unit);
    },
    stop: (sessionId) => ledger.stopEditor(sessionId),
  };
  const layout = await cgroupLayout();
  log.info({ units: 'systemd', shared: true, enforcement }, 'sessions run as units of systemd');
  const units = createSystemdUnits({
    manager,
    control,
    layout,
    enforcement,
    standstill,
    measure: usageOf,
  });
  const editorUnits = (runner: string) => {
    const beside = createSystemdEditorUnits({ manager, control: editorControl, layout, runner });
    return () => beside;
  };
  return {
    capacity,
    units,
    editorUnits,
    sharedLedger: ledger,
    hostId,
    close: () => ledger[Symbol.dispose](),
  };
}

async function ownUnits(
  config: Config,
  log: Log,
  { capacityBytes }: Capacity,
): Promise<Pick<Ground, 'units' | 'editorUnits'>> {
  const manager = 'user';
  const systemd = config.units === 'systemd' || (config.units === 'auto' && (await managerAnswers(manager)));
  if (!systemd) {
    log.info({ units: 'plain' }, 'sessions run as plain processes');
    const editorUnits = (runner: string) => () => createPlainEditorUnits(runner);
    return { units: createPlainUnits(), editorUnits };
  }
  const layout = await cgroupLayout();
  // What cannot be found out is not promised; sessions that run are looked after all the same.
  const enforcement = await probeEnforcement(manager, layout).catch((error: unknown) => {
    log.warn({ error: messageOf(error) }, 'cannot find out whether limits hold');
    return 'advisory' as const;
  });
  await limitSlice(manager, capacityBytes).catch((error: unknown) =>
    log.warn({ error: messageOf(error) }, 'cannot limit the slice of all sessions'),
  );
  log.info({ units: 'systemd', enforcement }, 'sessions run as units of systemd');
  const units = createSystemdUnits({
    manager,
    control: directControl(manager, layout),
    layout,
    enforcement,
    standstill,
    measure: usageOf,
  });
  const both = unitsOfBoth({ units, older: createPlainUnits(), isOlder: startedPlain });
  const editorUnits = (runner: string) => {
    const beside = createSystemdEditorUnits({
      ...{ manager, layout, runner },
      control: directEditorControl(manager),
    });
    return (paths: SessionPaths) => (startedPlain(paths) ? createPlainEditorUnits(runner) : beside);
  };
  return { units: both, editorUnits };
}

/** Of the host as a whole: as careful as the least of what runs on it. */
export function enforcementOf(units: Units, active: readonly Active[]): Enforcement {
  const loose = active.some((session) => session.state !== 'starting' && session.enforcement === 'advisory');
  return loose ? 'advisory' : units.enforcement;
}

/** For the operator, where slots are only counted. */
export const ADVISORY =
  'the kernel does not enforce slots here: a session that takes more harms its neighbours';
