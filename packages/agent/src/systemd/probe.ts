/** Finds out whether this manager's limits reach the kernel: by a unit that has one, not by guessing. */
import { randomBytes } from 'node:crypto';
import { MIB } from '@berth/shared/domain/memory';
import type { Enforcement } from '@berth/shared/domain/session-state';
import { type CgroupLayout, memoryLimit } from './cgroup.ts';
import { killUnit, type Manager, propertiesOf, setProperties, startTransient } from './systemctl.ts';

const LIMIT = 64 * MIB;

/** Leaves nothing behind. Rejects where the manager does not start units. */
export async function probeEnforcement(manager: Manager, layout: CgroupLayout): Promise<Enforcement> {
  const name = `berth-probe-${randomBytes(4).toString('hex')}.service`;
  try {
    await startTransient(manager, {
      name,
      description: 'Berth tries whether limits hold',
      slice: 'berth.slice',
      argv: ['/bin/sleep', '10'],
      env: {},
      settings: ['Type=exec', `MemoryMax=${LIMIT}`],
    });
    const group = (await propertiesOf(manager, name, ['ControlGroup'])).get('ControlGroup');
    const limit = group ? await memoryLimit(group, layout) : null;
    return limit !== null && limit <= LIMIT ? 'kernel' : 'advisory';
  } finally {
    await killUnit(manager, name);
  }
}

/** The slice of all sessions carries the sum of what they may hold. */
export async function limitSlice(manager: Manager, capacityBytes: number): Promise<void> {
  await setProperties(manager, 'berth.slice', [`MemoryMax=${capacityBytes}`, 'MemoryAccounting=yes']);
}
