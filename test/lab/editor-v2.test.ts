/** The memory of an editor on the unified cgroup v2: taken from its session's slot, held to, and given back. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editorCalls } from '../support/editor-calls.ts';
import { qemuUnavailable } from '../support/qemu/available.ts';
import { type GuestHost, openGuestHost } from '../support/qemu/guest-host.ts';
import { makeStandInEditor } from '../support/stand-in-editor.ts';
import { until } from '../support/until.ts';

const unavailable = qemuUnavailable();
if (unavailable) console.warn(`SKIPPED: ${unavailable}`);

const MIB = 2 ** 20;
const SLOT = 512 * MIB;
const SHARE = 256 * MIB;
const SLOW = { deadlineMs: 300_000, everyMs: 1000 };

describe.skipIf(unavailable)('an editor on cgroup v2', { timeout: 600_000 }, () => {
  let host: GuestHost;
  let id = '';
  beforeAll(async () => {
    host = await openGuestHost();
    const from = makeStandInEditor(join(host.sandbox.dir, 'made'));
    const install = ['host', 'code', 'install', 'vm', '--from', from];
    const { code, stderr } = await host.sandbox.berth(install, { timeoutMs: 170_000 });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    id = await host.start(['--memory', '512M', '--name', 'one'], ['sleep', '100000']);
  }, 900_000);
  afterAll(async () => {
    await host?.[Symbol.asyncDispose]();
  });

  const editors = async () => editorCalls(await host.tunnel());
  const session = async (file = 'memory.max') => Number(await host.group(file, id));
  const editor = async () => Number(await host.group('memory.max', `${id}-editor`));

  test('has what was asked for out of the slot, and gives it back when it ends', async () => {
    expect(await session()).toBe(SLOT);
    // Nothing but the usual share is refused where that is not there.
    await expect((await editors()).open({ session: id })).rejects.toMatchObject({ reason: 'SLOT_EXHAUSTED' });
    expect(await session()).toBe(SLOT);
    const opened = await (await editors()).open({ session: id, memoryBytes: BigInt(SHARE) });
    expect(opened.state).toBe('ready');
    expect([await session(), await editor()]).toEqual([SLOT - SHARE, SHARE]);
    expect((await session('memory.high')) / (SLOT - SHARE)).toBeCloseTo(0.95, 3);
    await (await editors()).stop(id);
    expect(await session()).toBe(SLOT);
  });

  test('gives it back to the next agent where it died with the one before', async () => {
    await (await editors()).open({ session: id, memoryBytes: BigInt(SHARE) });
    expect(await session()).toBe(SLOT - SHARE);
    const units = 'berthd.socket berthd.service';
    await host.guest(`systemctl --user stop ${units} && systemctl --user stop berth-${id}-editor.service`);
    await host.guest(`systemctl --user start --no-block ${units}`);
    await until(async () => (await session()) === SLOT, { what: 'the session has its slot again', ...SLOW });
    expect((await (await editors()).get(id)).state).toBe('stopped');
  });
});
