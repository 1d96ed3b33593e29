import { expect, test } from 'vitest';
import { isOtherUser, ownerOf } from './peer-user.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const row = (local: string, remote: string, uid: number, state = '01', inode = 12_345) =>
  `   1: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0 20 4 30 10 -1`;
const V6 = '00000000000000000000000001000000';
const MAPPED = '0000000000000000FFFF00000100007F';

const v4 = { remoteAddress: '127.0.0.1', remotePort: 0x9c40, localPort: 0x5ce8 };

test.each([
  ['their end of it', row('0100007F:9C40', '0100007F:5CE8', 1001), 1001],
  ['one that has nothing more to say', row('0100007F:9C40', '0100007F:5CE8', 1001, '04'), 1001],
  ['the same, heard to its end', row('0100007F:9C40', '0100007F:5CE8', 1001, '05'), 1001],
  ['one whose owner left it', row('0100007F:9C40', '0100007F:5CE8', 0, '05', 0), 'nobody'],
  ['not our own end', row('0100007F:5CE8', '0100007F:9C40', 1000), null],
  ['not another connection', row('0100007F:9C41', '0100007F:5CE8', 1001), null],
  ['not one to another port', row('0100007F:9C40', '0100007F:5CE9', 1001), null],
  ['not what was there before', row('0100007F:9C40', '0100007F:5CE8', 1001, '06'), null],
  ['not the same port of another address', row('0200007F:9C40', '0100007F:5CE8', 1001), null],
  ['nor of the other protocol', row(`${V6}:9C40`, `${V6}:5CE8`, 1001), null],
  ['one of IPv6 that speaks IPv4', row(`${MAPPED}:9C40`, `${MAPPED}:5CE8`, 1002), 1002],
])('%s', (_what, line, owner) => {
  expect(ownerOf(v4, [HEAD, row('0100007F:1111', '0100007F:2222', 7), line, ''].join('\n'))).toBe(owner);
});

test('IPv6', () => {
  const v6 = { ...v4, remoteAddress: '::1' };
  expect(ownerOf(v6, `${HEAD}\n${row(`${V6}:9C40`, `${V6}:5CE8`, 1003)}\n`)).toBe(1003);
  expect(ownerOf(v6, '')).toBeNull();
});

const told = (line: string) => (table: string) => (table === 'tcp' ? `${HEAD}\n${line}\n` : '');
const theirs = (uid: number, inode?: number) => told(row('0100007F:9C40', '0100007F:5CE8', uid, '01', inode));

test.each([
  ['ours', v4, theirs(1000), false],
  ['of root', v4, theirs(0), false],
  ['of another', v4, theirs(1001), true],
  ['of nobody any more', v4, theirs(0, 0), true],
  ['not told', v4, told(''), false],
  ['by another address of the loopback', { ...v4, remoteAddress: '127.0.0.2' }, told(''), true],
  ['by another address of the machine', { ...v4, remoteAddress: '192.0.2.1' }, told(''), true],
  ['gone', { ...v4, remoteAddress: undefined }, told(''), true],
])('a connection that is %s', (_whose, peer, tables, other) => {
  expect(isOtherUser(peer, 1000, tables)).toBe(other);
  expect(isOtherUser(peer, undefined, tables)).toBe(false);
});
