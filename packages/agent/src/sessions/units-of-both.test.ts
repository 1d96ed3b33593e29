import { expect, it } from 'vitest';
import type { SessionPaths, Units } from './ports.ts';
import { unitsOfBoth } from './units-of-both.ts';

function named(name: string, calls: string[]): Units {
  const note = (what: string) => async () => {
    calls.push(`${name} ${what}`);
    return null as never;
  };
  return {
    enforcement: name === 'new' ? 'kernel' : 'advisory',
    usageIsDear: false,
    start: note('start'),
    observe: note('observe'),
    signal: note('signal'),
    members: note('members'),
    freeze: note('freeze'),
    thaw: note('thaw'),
    frozen: note('frozen'),
    kill: note('kill'),
    usage: note('usage'),
    enforces: note('enforces'),
  };
}

it('starts in the new kind, and leaves what is older to the old', async () => {
  const calls: string[] = [];
  const isOlder = (paths: SessionPaths) => paths.directory === 'old';
  const units = unitsOfBoth({ units: named('new', calls), older: named('old', calls), isOlder });
  const paths = (directory: string) => ({ directory }) as SessionPaths;
  await units.start({ paths: paths('any') } as never);
  for (const directory of ['old', 'other']) {
    await units.observe('s', paths(directory));
    await units.signal('s', paths(directory), 'SIGTERM');
    await units.members('s', paths(directory));
    await units.freeze('s', paths(directory));
    await units.thaw('s', paths(directory));
    await units.frozen('s', paths(directory));
    await units.kill('s', paths(directory));
    await units.usage('s', paths(directory));
  }
  expect(units.enforcement).toBe('kernel');
  const each = ['observe', 'signal', 'members', 'freeze', 'thaw', 'frozen', 'kill', 'usage'];
  expect(calls).toEqual([
    'new start',
    ...each.map((call) => `old ${call}`),
    ...each.map((call) => `new ${call}`),
  ]);
});
