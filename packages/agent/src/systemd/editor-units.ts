/** Editors as units of systemd: beside the session's, in the same slice, and gone with it. */
import type { EditorUnits } from '../sessions/editor-port.ts';
import { type CgroupLayout, usageOf } from './cgroup.ts';
import { isAlive, type Manager, propertiesOf, setProperties, startTransient, stopUnit } from './systemctl.ts';
import { editorUnitName, memorySettings, sessionSettings, unitName } from './units.ts';

export interface EditorUnitsOptions {
  readonly manager: Manager;
  readonly layout: CgroupLayout;
  /** Path of editor-run.sh. */
  readonly runner: string;
}

export function createSystemdEditorUnits({ manager, layout, runner }: EditorUnitsOptions): EditorUnits {
  return {
    async start({ place, argv, memoryBytes }) {
      const { sessionId, envFile, session, log } = place;
      const owner = unitName(sessionId);
      // One that failed before keeps the name until it is forgotten.
      await stopUnit(manager, editorUnitName(sessionId));
      await startTransient(manager, {
        name: editorUnitName(sessionId),
        slice: 'berth.slice',
        argv: ['/bin/bash', runner, envFile, session.workspace, log, ...argv],
        env: { BERTH_SESSION_ID: sessionId },
        settings: [
          `Description=Berth editor of ${sessionId}`,
          // Whatever ends the session ends this, with the agent or without it.
          ...[`BindsTo=${owner}`, `After=${owner}`],
          ...sessionSettings({ memoryBytes, workingDirectory: session.workspace }),
          // Shorter than who waits for it.
          'TimeoutStopSec=5s',
        ],
      });
    },

    async alive({ sessionId }) {
      const seen = await propertiesOf(manager, editorUnitName(sessionId), ['ActiveState']);
      return isAlive(seen.get('ActiveState'));
    },

    stop: ({ sessionId }) => stopUnit(manager, editorUnitName(sessionId)),

    async memory({ sessionId }) {
      const name = editorUnitName(sessionId);
      const group = (await propertiesOf(manager, name, ['ControlGroup'])).get('ControlGroup');
      return group ? ((await usageOf(group, layout))?.memoryBytes ?? null) : null;
    },

    limitSession: ({ sessionId }, memoryBytes) =>
      setProperties(manager, unitName(sessionId), memorySettings(memoryBytes)),
  };
}
