import { expect, it } from 'vitest';
import type { HostConfig } from '../config/remotes.ts';
import { classify } from './ssh-failure.ts';

const dev: HostConfig = { name: 'dev', kind: 'ssh', host: 'box', labels: {}, scope: 'user', enabled: true };
const CHANGED =
  '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n' +
  'Host key for [10.0.0.7]:2222 has changed and you have requested strict checking.\n' +
  'Host key verification failed.\n';

it.each([
  [
    'ssh: Could not resolve hostname box: Name or service not known',
    'HOST_UNREACHABLE',
    /cannot be resolved/,
  ],
  ['ssh: connect to host box port 22: Connection refused', 'HOST_UNREACHABLE', /nothing listens/],
  ['ssh: connect to host box port 22: Connection timed out', 'HOST_UNREACHABLE', /in time/],
  ['Connection timed out during banner exchange', 'HOST_UNREACHABLE', /in time/],
  ['ssh: connect to host box port 22: No route to host', 'HOST_UNREACHABLE', /no route/],
  ['me@box: Permission denied (publickey).', 'PERMISSION_DENIED', /refuses the login/],
  ['Received disconnect: Too many authentication failures', 'PERMISSION_DENIED', /refuses the login/],
  [
    'No ED25519 host key is known for box and you have requested strict checking.',
    'HOST_KEY_UNKNOWN',
    /not known/,
  ],
  ['Host key verification failed.', 'HOST_KEY_UNKNOWN', /not known/],
  [CHANGED, 'HOST_KEY_CHANGED', /has changed/],
  ['a\u001b[2J word of its own\n', 'HOST_UNREACHABLE', /: a.* word of its own$/],
  ['', 'HOST_UNREACHABLE', /ssh gave no reason/],
] as const)('%j', (output, reason, message) => {
  const error = classify(dev, output);
  expect(error).toMatchObject({ reason, values: { host: 'dev' } });
  expect(error.message).toMatch(/^cannot reach host dev: /);
  expect(error.message).toMatch(message);
  expect(error.message).not.toMatch(/\p{Cc}/u);
});

it('names a jump host where it is what fails', () => {
  const output = `${CHANGED}Connection closed by UNKNOWN port 65535\n`;
  expect(classify({ ...dev, jumpHost: 'bastion' }, output)).toMatchObject({
    reason: 'HOST_KEY_CHANGED',
    message: 'cannot reach host dev through its jump host bastion: its host key has changed',
  });
  // One that the ssh config knows and remotes.yaml does not.
  expect(classify(dev, output).message).toMatch(/^cannot reach host dev through its jump host: /);
});

it('forgets the key of the entry that ssh names, and nothing that a shell would take for more', () => {
  expect(classify(dev, CHANGED).hint).toContain("ssh-keygen -R '[10.0.0.7]:2222'");
  const odd = 'Host key for $(reboot) has changed and you have requested strict checking.';
  expect(classify(dev, odd).hint).toContain("ssh-keygen -R 'box'");
});
