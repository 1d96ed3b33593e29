import { BerthError } from '@berth/shared/domain/berth-error';
import { DETAILS_KEY, encodeStatus, HOSTNAME } from '@berth/shared/wire/rpc-status';
import { Metadata, status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { toBerthError } from './errors.ts';

function fromAgent(code: status, details: string, told?: BerthError, hostname?: string): Error {
  const metadata = new Metadata();
  const more = hostname === undefined ? {} : { [HOSTNAME]: hostname };
  if (told) metadata.set(DETAILS_KEY, Buffer.from(encodeStatus(told, more)));
  return Object.assign(new Error(`${code}: ${details}`), { code, details, metadata });
}

it.each([
  [status.UNAVAILABLE, 'HOST_UNREACHABLE'],
  [status.CANCELLED, 'HOST_UNREACHABLE'],
  [status.DEADLINE_EXCEEDED, 'DEADLINE'],
  [status.UNIMPLEMENTED, 'VERSION_MISMATCH'],
  [status.INTERNAL, 'INTERNAL'],
  [status.UNKNOWN, 'INTERNAL'],
] as const)('gRPC status %i is %s, and names the host', (code, reason) => {
  const error = toBerthError(fromAgent(code, 'as it is'), 'dev');
  expect(error).toMatchObject({ reason, values: { host: 'dev' } });
  expect(error.message).toMatch(/on dev\b/);
});

it('takes reason, values and hint from the details, and knows the host better than its agent', () => {
  const told = new BerthError('SESSION_NOT_FOUND', 'no session x', {
    values: { session: 'x', host: 'its-own-name' },
    hint: 'run berth list --host HOST',
  });
  const error = toBerthError(fromAgent(status.NOT_FOUND, 'no session x', told), 'dev');
  expect(error).toMatchObject({
    reason: 'SESSION_NOT_FOUND',
    message: 'no session x',
    values: { session: 'x', host: 'dev' },
    hint: 'run berth list --host dev',
  });
});

it.each([
  ['no slot of 32 GiB on vm-17.lan: 0 B free', 'no slot of 32 GiB on dev: 0 B free'],
  ['vm-17.lan takes no new sessions: it is draining', 'dev takes no new sessions: it is draining'],
  ['no tool is on the PATH of vm-17.lan', 'no tool is on the PATH of dev'],
  ['no session vm-17.lan', 'no session vm-17.lan'],
  ['a session named vm-17.lan on vm-17.lan already', 'a session named vm-17.lan on dev already'],
  ['nothing on vm-17.lan.example, nor on vm-17xlan', 'nothing on vm-17.lan.example, nor on vm-17xlan'],
])('the user has a name for the machine: %s', (message, shown) => {
  const told = new BerthError('SLOT_EXHAUSTED', message);
  const error = toBerthError(fromAgent(status.RESOURCE_EXHAUSTED, message, told, 'vm-17.lan'), 'dev');
  expect(error.message).toBe(shown);
  expect(error.values).toEqual({ host: 'dev' });
});

it('lets no control character of a host through', () => {
  const told = new BerthError('SESSION_NOT_FOUND', 'no\u001b[2J\nsession', { hint: 'a\u0007b\r\nc' });
  const errors = [
    toBerthError(fromAgent(status.NOT_FOUND, '', told), 'dev'),
    toBerthError(fromAgent(status.INTERNAL, 'bad\u001b]0;title\u0007\nnews'), 'dev'),
    toBerthError(fromAgent(status.UNAVAILABLE, 'bad\u009b1m\nnews'), 'dev'),
  ];
  for (const { message, hint } of errors) expect(message + hint).not.toMatch(/\p{Cc}/u);
});

it('leaves a BerthError as it is, and makes the unknown a fault of its own', () => {
  const own = new BerthError('HOST_MISMATCH', 'another host');
  expect(toBerthError(own, 'dev')).toBe(own);
  expect(toBerthError(new TypeError('x is undefined'), 'dev')).toMatchObject({ reason: 'INTERNAL' });
});
