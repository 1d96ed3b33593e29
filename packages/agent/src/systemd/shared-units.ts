/** Units of several users, started by the system's manager: each as its user, within its slot. */
import type { CgroupLayout } from './cgroup.ts';
import { isAlive, killUnit, propertiesOf, startTransient } from './systemctl.ts';
import { unthrottle } from './throttle.ts';
import { sessionSettings, unitName } from './units.ts';

export interface OwnedUnit {
  readonly sessionId: string;
  readonly account: { readonly name: string };
  readonly memoryBytes: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}

export function createSharedUnits(layout: CgroupLayout) {
  async function owner(sessionId: string): Promise<string | null> {
    const seen = await propertiesOf('system', unitName(sessionId), ['ActiveState', 'User']);
    return isAlive(seen.get('ActiveState')) ? (seen.get('User') ?? '') : null;
  }

  return {
    owner,
    kill: (sessionId: string) => killUnit('system', unitName(sessionId)),

    /** Lets those that are stuck below their limit run into it: their owners' agents may not. */
    async unthrottle(sessionIds: readonly string[]): Promise<void> {
      for (const unit of sessionIds.map(unitName)) {
        await unthrottle('system', { unit, group: `/berth.slice/${unit}` }, layout);
      }
    },

    /** Where it runs already, as this user, nothing happens. */
    async start({ sessionId, account, memoryBytes, argv, env, workingDirectory }: OwnedUnit): Promise<void> {
      if ((await owner(sessionId)) === account.name) return;
      await startTransient('system', {
        name: unitName(sessionId),
        slice: 'berth.slice',
        argv,
        env,
        settings: [
          `User=${account.name}`,
          `Description=Berth session ${sessionId} of ${account.name}`,
          ...sessionSettings({ memoryBytes, workingDirectory }),
        ],
      });
    },
  };
}
