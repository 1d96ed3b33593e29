import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Paths } from '../config/paths.ts';
import type { HostConfig } from '../config/remotes.ts';
import type { Settings } from '../config/settings.ts';
import { openRemoteShell } from './remote-shell.ts';

const host: HostConfig = { name: 'here', kind: 'local', labels: {}, scope: 'user', enabled: true };
let unheard: unknown[];
let others: NodeJS.UnhandledRejectionListener[];
const take = (error: unknown) => void unheard.push(error);

// What nobody catches would end a program that does other things, too.
beforeEach(() => {
  unheard = [];
  others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', take);
});
afterEach(() => {
  process.off('unhandledRejection', take);
  for (const listener of others) process.on('unhandledRejection', listener);
});

test('a shell that cannot be started is told to who asked, and to nobody else', async () => {
  const at = { paths: {} as Paths, settings: {} as Settings, env: { PATH: '/nowhere' } };
  const shell = await openRemoteShell(host, { ...at, signal: new AbortController().signal });
  await expect(shell.run('true')).rejects.toMatchObject({ reason: 'HOST_UNREACHABLE' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(unheard).toEqual([]);
});
