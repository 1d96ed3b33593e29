/** Who answered: the host that is pinned to this name, and a version that fits. */

import { BerthError } from '@berth/shared/domain/berth-error';
import { compatibility, VERSION } from '@berth/shared/domain/version';
import { AGENT_VERSION, HOST_ID } from '@berth/shared/wire/metadata';
import type { Metadata } from '@grpc/grpc-js';
import type { Pins } from './pins.ts';

/** Takes the initial metadata of an answer. Throws VERSION_MISMATCH or HOST_MISMATCH; pins a first answer. */
export function checkAnswer(received: Metadata, { name, pins }: { name: string; pins: Pins }): void {
  const version = String(received.get(AGENT_VERSION)[0] ?? '');
  const fit = compatibility(VERSION, version);
  if (fit !== 'ok') {
    const isOld = fit === 'agent-too-old';
    const age = `too ${isOld ? 'old' : 'new'}: it is ${version || 'from before versions'}, this berth is ${VERSION}`;
    throw new BerthError('VERSION_MISMATCH', `the agent on ${name} is ${age}`, {
      values: { host: name, agent: version, client: VERSION },
      hint: `upgrade ${isOld ? `berthd on ${name}: berth host upgrade ${name}` : 'berth on this machine'}`,
    });
  }
  const hostId = String(received.get(HOST_ID)[0] ?? '');
  const pinned = pins.get(name) ?? pins.pin(name, hostId);
  if (pinned === hostId) return;
  const message = `another host answers as ${name}: ${hostId}, not the ${pinned} of before`;
  throw new BerthError('HOST_MISMATCH', message, {
    values: { host: name, host_id: hostId, expected: pinned },
    hint: `if the machine was replaced on purpose, forget the old one: berth host forget ${name}`,
  });
}
