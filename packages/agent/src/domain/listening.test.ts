import { expect, test } from 'vitest';
import { listeningSockets, nearestAddresses } from './listening.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

function line(local: string, state: string, inode: number): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;
}

test('what listens is told from what is connected', () => {
  const table = `${HEAD}${line('0100007F:0BB8', '0A', 7)}${line('0100007F:1F90', '01', 8)}`;
  expect(listeningSockets(table)).toEqual([{ inode: '7', address: '127.0.0.1', port: 3000 }]);
});

test.each([
  ['00000000:0050', '0.0.0.0'],
  ['0F02000A:0050', '10.0.2.15'],
  ['00000000000000000000000000000000:0050', '::'],
  ['00000000000000000000000001000000:0050', '::1'],
  ['0000000000000000FFFF00000100007F:0050', '127.0.0.1'],
  ['B80D01200000000067452301EFCDAB89:0050', '2001:db8::123:4567:89ab:cdef'],
])('%s is %s', (local, address) => {
  expect(listeningSockets(line(local, '0A', 1))).toEqual([{ inode: '1', address, port: 80 }]);
});

test('lines of no table are passed over', () => {
  expect(listeningSockets(`${HEAD}\nnonsense\n0: xx:yy zz 0A\n`)).toEqual([]);
});

test.each([
  [['0.0.0.0'], ['127.0.0.1']],
  [['::'], ['::1', '127.0.0.1']],
  [['::1', '127.0.0.1'], ['127.0.0.1']],
  [['127.0.0.53'], ['127.0.0.53']],
  [['10.0.2.15'], ['10.0.2.15']],
  [['10.0.2.15', '::1'], ['::1']],
])('what is bound to %s is reached at %s', (addresses, nearest) => {
  expect(nearestAddresses(addresses)).toEqual(nearest);
});
