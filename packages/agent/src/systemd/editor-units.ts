/** Editors as units of systemd: beside the session's, in the same slice, and gone with it. */
import type { EditorUnits } from '../sessions/editor-port.ts';
import { type CgroupLayout, usageOf } from './cgroup.ts';
import { isAlive, type Manager, propertiesOf, setProperties, startTransient, stopUnit } from './systemctl.ts';
import { editorUnitName, memorySettings, sessionSettings, unitName } from './units.ts';

/** Who starts and ends editors: the user's own manager, or the keeper of a shared host. */
export interface EditorControl {
  /** In place of one that is there. The session is held to the rest of its slot first. */
  start(unit: EditorUnitSpec): Promise<void>;
  /** As EditorUnits.stop. */
  stop(sessionId: string, slotBytes: number | null): Promise<void>;
}

export interface EditorUnitSpec {
  readonly sessionId: string;
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  readonly memoryBytes: number;
  /** Null where slots are only counted. */
  readonly slotBytes: number | null;
}

/** A manager that obeys its caller. */
export function directEditorControl(manager: Manager): EditorControl {
  const limit = (sessionId: string, bytes: number) =>
    setProperties(manager, unitName(sessionId), memorySettings(bytes));
  return {
    async start({ sessionId, argv, workingDirectory, memoryBytes, slotBytes }) {
      // One that failed before keeps the name until it is forgotten.
      await stopUnit(manager, editorUnitName(sessionId));
      if (slotBytes !== null) await limit(sessionId, slotBytes - memoryBytes);
      await startTransient(manager, {
        ...editorUnit({ sessionId, memoryBytes, workingDirectory }),
        argv,
      });
    },

    async stop(sessionId, slotBytes) {
      await stopUnit(manager, editorUnitName(sessionId));
      if (slotBytes !== null) await limit(sessionId, slotBytes);
    },
  };
}

/** `runner`: path of editor-run.sh. */
export function createSystemdEditorUnits(options: {
  manager: Manager;
  control: EditorControl;
  layout: CgroupLayout;
  runner: string;
}): EditorUnits {
  const { manager, control, layout, runner } = options;
  return {
    async start({ place, argv, memoryBytes, slotBytes }) {
      const { sessionId, envFile, session, log } = place;
      await control.start({
        sessionId,
        argv: ['/bin/bash', runner, envFile, session.workspace, log, ...argv],
        workingDirectory: session.workspace,
        memoryBytes,
        slotBytes,
      });
    },

    async alive({ sessionId }) {
      const seen = await propertiesOf(manager, editorUnitName(sessionId), ['ActiveState']);
      return isAlive(seen.get('ActiveState'));
    },

    stop: ({ sessionId }, slotBytes) => control.stop(sessionId, slotBytes),

    async memory({ sessionId }) {
      const name = editorUnitName(sessionId);
      const group = (await propertiesOf(manager, name, ['ControlGroup'])).get('ControlGroup');
      return group ? ((await usageOf(group, layout))?.memoryBytes ?? null) : null;
    },
  };
}

/** What every editor's unit has. */
export function editorUnit(of: { sessionId: string; memoryBytes: number; workingDirectory: string }) {
  const session = unitName(of.sessionId);
  return {
    name: editorUnitName(of.sessionId),
    description: `Berth editor of ${of.sessionId}`,
    slice: 'berth.slice',
    env: { BERTH_SESSION_ID: of.sessionId },
    settings: [
      // Whatever ends the session ends this, with the agent or without it.
      ...[`BindsTo=${session}`, `After=${session}`],
      ...sessionSettings(of),
      // Shorter than who waits for it.
      'TimeoutStopSec=5s',
    ],
  };
}
