/** Takes the agent off its host: sessions first, then units, link and versions. May be run again. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Scope } from '@berth/shared/domain/host-snapshot';
import { allowedNames } from '../ledger/accounts.ts';
import type { Layout } from './layout.ts';
import { removeUnits, systemctl } from './systemd-setup.ts';
import { unitFiles } from './unit-files.ts';

/** Sessions that still run are ended with it. Transcripts, workspaces and the journal stay. */
export async function removeAgent(options: {
  scope: Scope;
  layout: Layout;
  step: (name: string, detail: string) => void;
}): Promise<void> {
  const { scope, layout, step } = options;
  const files = unitFiles({ scope, program: layout.program });
  for (const unit of unitsOf(scope)) {
    step('stop', unit);
    await systemctl(scope, 'disable', '--now', unit).catch(() => '');
  }
  step('sessions', 'berth.slice');
  await systemctl(scope, 'stop', 'berth.slice').catch(() => '');
  // The limits that the agent set on it at run time.
  await systemctl(scope, 'revert', 'berth.slice').catch(() => '');
  step('units', layout.units);
  removeUnits(
    layout.units,
    files.map(({ name }) => name),
  );
  await systemctl(scope, 'daemon-reload');
  step('versions', path.dirname(layout.versions));
  rmSync(path.dirname(layout.versions), { recursive: true, force: true });
  rmSync(layout.command, { force: true });
}

/** Sockets before their services: else a call that waits would start the service again. */
function unitsOf(scope: Scope): string[] {
  if (scope === 'user') return ['berthd.socket', 'berthd.service'];
  const ofUsers = allowedNames().flatMap((name) => [`berthd@${name}.socket`, `berthd@${name}.service`]);
  return [...ofUsers, 'berth-ledger.service'];
}
