import { expect, test } from 'vitest';
import type { HostConfig } from '../config/remotes.ts';
import { poolOf } from './pool.ts';

const host = (name: string, pool?: boolean): HostConfig => ({
  name,
  kind: name === 'local' ? 'local' : 'ssh',
  labels: {},
  scope: 'user',
  enabled: true,
  ...(pool === undefined ? {} : { pool }),
});

test.each<[string, HostConfig[], string[]]>([
  ['this machine alone', [host('local')], ['local']],
  ['beside others it is left out', [host('local'), host('a'), host('b')], ['a', 'b']],
  ['unless it says so', [host('local', true), host('a')], ['local', 'a']],
  ['others can be left out', [host('local'), host('a', false), host('b')], ['b']],
  ['where all are, this machine is there', [host('local'), host('a', false)], ['local']],
  ['it can be left out, too', [host('local', false)], []],
])('%s', (_what, hosts, names) => {
  const pool = poolOf(hosts);
  expect(pool.hosts.map(({ name }) => name)).toEqual(names);
  expect([...pool.hosts, ...pool.left.map((left) => left.host)].map(({ name }) => name).sort()).toEqual(
    hosts.map(({ name }) => name).sort(),
  );
});
