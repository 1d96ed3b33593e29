/** The lab itself: what its hosts are, what can be done to them, and that nothing of it stays. */
import { expect, test } from 'vitest';
import { openLab } from '../support/lab/lab.ts';
import { run } from '../support/running.ts';

test('a host boots, and takes a login', async () => {
  await using lab = await openLab();
  await lab.host('vm1');
  const { code, stderr } = await run(['ssh', '-F', lab.sshConfig, 'vm1', 'true'], { env: process.env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
