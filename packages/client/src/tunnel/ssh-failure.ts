/** What ssh printed when it failed -> a BerthError that says what to do. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Reason } from '@berth/shared/domain/reasons';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';

/** In this order: a changed key is also a failed verification. */
const SIGNS: readonly [RegExp, Reason, string][] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/,
    'HOST_KEY_CHANGED',
    'its host key has changed',
  ],
  [
    /Host key verification failed|No .* host key is known/,
    'HOST_KEY_UNKNOWN',
    'its host key is not known yet',
  ],
  [
    /Permission denied|Too many authentication failures|no such identity/i,
    'PERMISSION_DENIED',
    'it refuses the login',
  ],
  [/administratively prohibited/, 'PERMISSION_DENIED', 'it forbids the way on to the host'],
  [/Could not resolve hostname/, 'HOST_UNREACHABLE', 'its address cannot be resolved'],
  [/Connection refused/, 'HOST_UNREACHABLE', 'nothing listens there (connection refused)'],
  [/timed out|timeout/i, 'HOST_UNREACHABLE', 'it does not answer in time'],
  [/No route to host|Network is unreachable/, 'HOST_UNREACHABLE', 'there is no route to it'],
];

/** What ssh itself says where the pipe to a jump host ends before a greeting came. */
export function isJumpFailure(output: string): boolean {
  return output.includes('UNKNOWN port 65535');
}

export function classify(host: HostConfig, output: string): BerthError {
  const values = { host: host.name };
  const sign = SIGNS.find(([pattern]) => pattern.test(output));
  const jump = isJumpFailure(output) ? `its jump host ${host.jumpHost ?? ''}`.trim() : '';
  const where = `cannot reach host ${oneLine(host.name)}${jump ? ` through ${oneLine(jump)}` : ''}`;
  if (!sign) {
    const last = oneLine(output.trim().split('\n').at(-1) ?? '') || 'ssh gave no reason';
    return new BerthError('HOST_UNREACHABLE', `${where}: ${last}`, {
      values,
      hint: hintFor('HOST_UNREACHABLE', host, output),
    });
  }
  const [, reason, why] = sign;
  return new BerthError(reason, `${where}: ${why}`, { values, hint: hintFor(reason, host, output) });
}

function hintFor(reason: Reason, host: HostConfig, output: string): string {
  const address = `${host.user ? `${host.user}@` : ''}${host.host ?? host.name}`;
  const port = host.port === undefined ? '' : `-p ${host.port} `;
  const jump = host.jumpHost === undefined ? '' : `-J ${host.jumpHost} `;
  const line = `ssh ${jump}${port}${address} true`;
  switch (reason) {
    case 'HOST_KEY_CHANGED': {
      // As ssh spells it: an alias of the ssh config is not what known_hosts knows.
      const entry = /Host key for ([\w.:[\]-]+) has changed/.exec(output)?.[1] ?? host.host ?? host.name;
      return `if the machine was rebuilt, run ssh-keygen -R '${entry}'; else somebody may be listening in`;
    }
    case 'HOST_KEY_UNKNOWN':
      return `connect once by hand and check the key: ${line}`;
    case 'PERMISSION_DENIED':
      return `this must work without a password: ${line}`;
    default:
      return `check that the host is up: ${line}`;
  }
}
