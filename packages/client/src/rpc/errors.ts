/** gRPC errors to BerthErrors, once. Every message names the host. */

import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { VERSION } from '@berth/shared/domain/version';
import { DETAILS_KEY, decodeStatus, HOSTNAME } from '@berth/shared/wire/rpc-status';
import { type ServiceError, status } from '@grpc/grpc-js';

export function toBerthError(error: unknown, hostName: string): BerthError {
  if (error instanceof BerthError) return error;
  if (!isServiceError(error)) {
    return new BerthError('INTERNAL', `unexpected error on ${hostName}: ${messageOf(error)}`, {
      cause: error,
      hint: 'this is a fault of berth; try again',
    });
  }
  const details = error.metadata?.get(DETAILS_KEY)[0];
  const known = Buffer.isBuffer(details) ? decodeStatus(details) : null;
  if (known) {
    const { [HOSTNAME]: machine = '', ...told } = known.values;
    const values = { ...told, host: hostName };
    const hint = oneLine(known.hint).replaceAll('HOST', hostName);
    const message = calledHere(oneLine(known.message), { machine, hostName });
    return new BerthError(known.reason, message, { values, hint, cause: error });
  }
  const values = { host: hostName };
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.CANCELLED:
      return new BerthError(
        'HOST_UNREACHABLE',
        `the link to the agent on ${hostName} broke: ${oneLine(error.details)}`,
        {
          values,
          cause: error,
        },
      );
    case status.DEADLINE_EXCEEDED:
      return new BerthError('DEADLINE', `the agent on ${hostName} did not answer in time`, {
        values,
        cause: error,
      });
    case status.UNIMPLEMENTED:
      return new BerthError(
        'VERSION_MISMATCH',
        `the agent on ${hostName} does not know this call: it is older than berth ${VERSION}`,
        { values, hint: `berth host upgrade ${hostName}`, cause: error },
      );
    default:
      return new BerthError('INTERNAL', `the agent on ${hostName} failed: ${oneLine(error.details)}`, {
        values,
        cause: error,
      });
  }
}

/** Where the agent names its machine, the name by which the user knows it. */
function calledHere(message: string, { machine, hostName }: { machine: string; hostName: string }): string {
  if (machine === '' || machine === hostName) return message;
  const exactly = machine.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  // Only where a host is meant: a session may have the machine's name.
  const places = new RegExp(`(?<=^|\\b(?:on|of) )${exactly}(?=[\\s:;,]|$)`, 'g');
  return message.replace(places, () => hostName);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error;
}
