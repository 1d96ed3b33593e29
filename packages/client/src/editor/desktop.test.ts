import { expect, test } from 'vitest';
import type { HostConfig } from '../config/remotes.ts';
import { desktopPlace, unknownToDesktop } from './desktop.ts';

const HOST: HostConfig = {
  name: 'dev',
  kind: 'ssh',
  host: 'dev.example.com',
  labels: {},
  scope: 'user',
  enabled: true,
};

test.each([
  [HOST, '/home/me/work', 'ssh-remote+dev.example.com/home/me/work'],
  [{ ...HOST, user: 'me', port: 2222 }, '/w', 'ssh-remote+me@dev.example.com:2222/w'],
  [{ ...HOST, host: undefined }, '/a b/ü?#%', 'ssh-remote+dev/a%20b/%C3%BC%3F%23%25'],
] as [HostConfig, string, string][])('%# a directory of a host', (host, directory, remote) => {
  expect(desktopPlace(host, directory)).toEqual({
    folder: `vscode-remote://${remote}`,
    link: `vscode://vscode-remote/${remote}?windowId=_blank`,
  });
});

test('one of this machine needs no remote, and says what to do', () => {
  const local: HostConfig = { name: 'local', kind: 'local', labels: {}, scope: 'user', enabled: true };
  expect(() => desktopPlace(local, '/w')).toThrow(
    expect.objectContaining({ reason: 'EDITOR_UNSUPPORTED', hint: 'open it directly: code /w' }),
  );
});

test('what only remotes.yaml knows is named', () => {
  expect(unknownToDesktop(HOST)).toBeNull();
  expect(unknownToDesktop({ ...HOST, key: 'k', jumpHost: 'j' })).toBe('IdentityFile and ProxyJump');
});
