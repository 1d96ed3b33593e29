import { BerthError } from '@berth/shared/domain/berth-error';
import { GIB } from '@berth/shared/domain/memory';
import { expect, test } from 'vitest';
import { textWidth } from '../render/width.ts';
import { aHost, aSession } from './dash/sample.ts';
import type { Answer } from './fan-out.ts';
import type { Holding } from './inventory.ts';
import { topLines } from './top-view.ts';

const ledger = {
  capacityBytes: 8 * GIB,
  heldBytes: 4 * GIB,
  defaultSlotBytes: 2 * GIB,
  memoryTotalBytes: 10 * GIB,
  reserveBytes: 2 * GIB,
  heldSlots: 2,
  heldByOthersBytes: 0,
};

function answer(name: string, over: Partial<typeof ledger> = {}): Answer<Holding> {
  const load = { cpus: 4, loadAverage: 1, memoryAvailableBytes: 0, diskTotalBytes: 0, diskFreeBytes: 0 };
  const queue = { sessions: 0, bytes: 0, nextFreeAt: null };
  const host = {
    ...{ ledger: { ...ledger, ...over }, load, queue, idleSince: null },
    ...{ draining: name === 'leaving', agentStartedAt: 0 },
  };
  const used = { memoryUsedBytes: GIB };
  const sessions = [
    aSession({ id: 'a', ...used }),
    aSession({ id: 'b', ...used }),
    aSession({ id: 'c', state: 'failed' }),
  ];
  const value = { host, sessions } as unknown as Holding;
  return { ok: true, host: aHost(name).config, latencyMs: 1, value };
}

const gone: Answer<Holding> = {
  ok: false,
  host: aHost('gone').config,
  latencyMs: 1,
  error: new BerthError('HOST_UNREACHABLE', 'gone'),
};

test('each host with its bars', () => {
  const lines = topLines([answer('vm'), answer('leaving', { heldBytes: 8 * GIB }), gone], 0, 120);
  expect(lines.map(({ tone }) => tone)).toEqual(['head', 'plain', 'full', 'dim']);
  expect(lines[1]?.text).toMatch(
    /^vm +online +\[#+\.+\] 2\/4 +\[#+\.+\] 4 GiB of 8 GiB +\[#+\.+\] 2 GiB +\[#+\.+\] 1\.0\/4 +2 running, 1 failed$/,
  );
  expect(lines[2]?.text).toMatch(/^leaving +draining +\[#+\] 2\/2 /);
  expect(lines[3]?.text).toMatch(/^gone +unreachable /);
});

test.each([60, 80, 120, 200])('bars give way where there are %d columns', (columns) => {
  const lines = topLines([answer('vm')], 0, columns);
  const bare = topLines([answer('vm')], 0, 10);
  for (const [i, { text }] of lines.entries())
    expect(textWidth(text)).toBeLessThanOrEqual(Math.max(columns, textWidth(bare[i]?.text ?? '')));
});
