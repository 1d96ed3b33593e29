import { expect, test } from 'vitest';
import type { EditorPlace } from '../sessions/editor-port.ts';
import { PROGRAMS } from './programs.ts';

const PLACE = {
  ...{ sessionId: 's', userData: '/u', extensions: '/x', log: '/l', runtime: '/r', socket: '/r/s' },
  ...{ ownSocket: '/r/i', configFile: '/r/c', envFile: '/e', session: {} as EditorPlace['session'] },
};

test.each([
  ['code-server', '--socket'],
  ['openvscode-server', '--socket-path'],
])('%s listens on its socket alone, for nobody else, and opens the directory', (name, flag) => {
  const spoken = PROGRAMS.find(({ program }) => program === name);
  const argv = spoken?.serve(PLACE, '/work') ?? [];
  expect(argv[argv.indexOf(flag) + 1]).toBe('/r/s');
  expect(argv.join(' ')).not.toMatch(/--(bind-addr|host|port)\b/);
  expect(argv.at(-1)).toBe('/work');
  expect(argv).toContain('--disable-workspace-trust');
  expect(argv[argv.indexOf('--reconnection-grace-time') + 1]).toBe('10800');
});

test.each([
  ['code-server', '[2026] info  Wrote a file\n4.139.1 53c2f with Code 1.139.1\n', '4.139.1'],
  ['openvscode-server', '1.109.5\nabcdef\nx64\n', '1.109.5'],
  ['code-server', 'no such thing\n', ''],
])('%s tells its version', (name, printed, version) =>
  expect(PROGRAMS.find(({ program }) => program === name)?.version(printed)).toBe(version),
);
