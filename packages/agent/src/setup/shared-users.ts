/** Who shares a host of system scope: an entry, a runtime directory and an agent for each. */
import { allowName, disallowName } from '../ledger/accounts.ts';
import type { Account } from '../ledger/units-port.ts';
import { startAgent, systemctl } from './systemd-setup.ts';

/** May be run again. The ledger hears of it, then the agent starts. */
export async function allowUser({ name }: Account): Promise<void> {
  allowName(name);
  await systemctl('system', 'reload', 'berth-ledger.service');
  await startAgent('system', `berthd@${name}`);
}

export async function disallowUser(name: string): Promise<void> {
  await systemctl('system', 'disable', '--now', `berthd@${name}.socket`, `berthd@${name}.service`).catch(
    () => '',
  );
  disallowName(name);
  await systemctl('system', 'reload', 'berth-ledger.service');
}
