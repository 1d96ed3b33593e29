/** Units of several users, started by the system's manager: each as its user, within its slot. */
import type { SharedUnit, SharedUnits, UnitOf } from '../ledger/units-port.ts';
import { type CgroupLayout, usageOf } from './cgroup.ts';
import { editorUnit } from './editor-units.ts';
import { isAlive, killUnit, propertiesOf, setProperties, startTransient, stopUnit } from './systemctl.ts';
import { unthrottle } from './throttle.ts';
import { editorUnitName, memorySettings, sessionSettings, unitName } from './units.ts';

const MANAGER = 'system';

export function createSharedUnits(layout: CgroupLayout) {
  async function owner(sessionId: string, of: UnitOf): Promise<string | null> {
    const seen = await propertiesOf(MANAGER, nameOf(sessionId, of), ['ActiveState', 'User']);
    return isAlive(seen.get('ActiveState')) ? (seen.get('User') ?? '') : null;
  }

  const units: SharedUnits = {
    owner,
    kill: (sessionId, of) => killUnit(MANAGER, nameOf(sessionId, of)),

    /** Where it runs already, as this user, nothing happens. */
    async start({ sessionId, account, memoryBytes, argv, env, workingDirectory }) {
      if ((await owner(sessionId, 'session')) === account.name) return;
      await startTransient(MANAGER, {
        name: unitName(sessionId),
        description: `Berth session ${sessionId} of ${account.name}`,
        slice: 'berth.slice',
        argv,
        env,
        settings: [`User=${account.name}`, ...sessionSettings({ memoryBytes, workingDirectory })],
      });
    },

    async startEditor({ account, argv, ...unit }: Omit<SharedUnit, 'env'>) {
      const { settings, ...rest } = editorUnit(unit);
      await startTransient(MANAGER, { ...rest, argv, settings: [`User=${account.name}`, ...settings] });
    },

    stopEditor: (sessionId) => stopUnit(MANAGER, editorUnitName(sessionId)),

    async limitSession(sessionId, memoryBytes) {
      const name = unitName(sessionId);
      await setProperties(MANAGER, name, memorySettings(memoryBytes));
      // By the time that this is answered the manager has told the kernel, which may have refused (v1).
      const group = (await propertiesOf(MANAGER, name, ['ControlGroup'])).get('ControlGroup');
      return group ? ((await usageOf(group, layout))?.limitBytes ?? null) : null;
    },
  };

  return {
    ...units,

    /** Lets those that are stuck below their limit run into it: their owners' agents may not. */
    async unthrottle(sessionIds: readonly string[]): Promise<void> {
      for (const unit of sessionIds.flatMap((id) => [unitName(id), editorUnitName(id)])) {
        await unthrottle(MANAGER, { unit, group: `/berth.slice/${unit}` }, layout);
      }
    },
  };
}

function nameOf(sessionId: string, of: UnitOf): string {
  return of === 'session' ? unitName(sessionId) : editorUnitName(sessionId);
}
