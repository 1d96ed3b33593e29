import { BerthError } from '@berth/shared/domain/berth-error';
import { DETAILS_KEY, encodeStatus } from '@berth/shared/wire/rpc-status';
import { Metadata, status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { toBerthError } from './errors.ts';

function fromAgent(code: status, details: string, told?: BerthError): Error {
  const metadata = new Metadata();
  if (told) metadata.set(DETAILS_KEY, Buffer.from(encodeStatus(told)));
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
