/** What sessions run in on this host: units of systemd where it answers, else plain processes. */
import type { Enforcement } from '@berth/shared/domain/session-state';
import type { Config } from './config.ts';
import type { Active } from './domain/session.ts';
import type { Log } from './log.ts';
import { createPlainUnits } from './plain/units.ts';
import type { Units } from './sessions/ports.ts';
import { cgroupLayout } from './systemd/cgroup.ts';
import { limitSlice, probeEnforcement } from './systemd/probe.ts';
import { managerAnswers } from './systemd/systemctl.ts';
import { createSystemdUnits, directControl } from './systemd/units.ts';

export async function chooseUnits(
  config: Config,
  { log, capacityBytes }: { log: Log; capacityBytes: number },
): Promise<Units> {
  const manager = 'user';
  const systemd = config.units === 'systemd' || (config.units === 'auto' && (await managerAnswers(manager)));
  if (!systemd) {
    log.info({ units: 'plain' }, 'sessions run as plain processes');
    return createPlainUnits();
  }
  const layout = await cgroupLayout();
  const enforcement = await probeEnforcement(manager, layout);
  await limitSlice(manager, capacityBytes);
  log.info({ units: 'systemd', enforcement }, 'sessions run as units of systemd');
  return createSystemdUnits({ manager, control: directControl(manager), layout, enforcement });
}

/** Of the host as a whole: as careful as the least of what runs on it. */
export function enforcementOf(units: Units, active: readonly Active[]): Enforcement {
  const loose = active.some((session) => session.state !== 'starting' && session.enforcement === 'advisory');
  return loose ? 'advisory' : units.enforcement;
}

/** For the operator, where slots are only counted. */
export const ADVISORY =
  'the kernel does not enforce slots here: a session that takes more harms its neighbours';
