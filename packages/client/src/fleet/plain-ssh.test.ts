import { expect, test } from 'vitest';
import type { HostConfig } from '../config/remotes.ts';
import { plainSsh } from './plain-ssh.ts';

const host = (over: Partial<HostConfig>): HostConfig => ({
  name: 'dev',
  kind: 'ssh',
  labels: {},
  scope: 'user',
  enabled: true,
  ...over,
});
const SOCKET = '/run/user/1000/berth/t/x';

test.each([
  [host({ name: 'local', kind: 'local' }), SOCKET, '', `tmux -S ${SOCKET} attach`],
  [host({}), SOCKET, '', `ssh -t dev tmux -S ${SOCKET} attach`],
  [
    host({ host: 'dev.example.com', user: 'sean', port: 2222, key: '~/.ssh/id', jumpHost: 'bastion' }),
    SOCKET,
    '/etc/other config',
    `ssh -t -F '/etc/other config' -p 2222 -i ~/.ssh/id -J bastion sean@dev.example.com tmux -S ${SOCKET} attach`,
  ],
  [host({}), '/run/it is', '', `ssh -t dev 'tmux -S '\\''/run/it is'\\'' attach'`],
])('%#', (given, tmuxSocket, configFile, line) => {
  expect(plainSsh(given, { tmuxSocket, configFile })).toBe(line);
});
