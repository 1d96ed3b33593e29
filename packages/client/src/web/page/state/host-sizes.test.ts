import { expect, test } from 'vitest';
import type { HostRow } from '../../protocol.ts';
import { hostSizes } from './host-sizes.ts';

const host = (size: string | null, memory_total_bytes = 0) =>
  ({ vm: size === null ? null : { size, memory_total_bytes } }) as HostRow;

test.each<[what: string, hosts: HostRow[], sizes: string[]]>([
  ['no hosts', [], []],
  ['hosts that told nothing, or no size', [host(null), host('')], []],
  [
    'each once, by memory',
    [host('l', 128), host('s', 32), host('l', 120), host('Standard_E8s_v5', 64)],
    ['s', 'Standard_E8s_v5', 'l'],
  ],
  ['equals by name', [host('b', 1), host('a', 1)], ['a', 'b']],
])('%s', (_, hosts, sizes) => expect(hostSizes(hosts)).toEqual(sizes));
