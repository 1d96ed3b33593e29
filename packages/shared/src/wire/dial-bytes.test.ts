import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DialRequest, type DialResponse, PortServiceService } from '../gen/berth/v1/port.ts';
import { DialService } from './dial-bytes.ts';

const generated = PortServiceService.dial;
const lean = DialService.dial;
/** Lengths around those where one more byte tells them. */
const sizes = fc.constantFrom(0, 1, 127, 128, 129, 16_383, 16_384, 65_536, 2 ** 21 - 1, 2 ** 21);

test('data is on the wire what the generated code makes of it, and is read back', () => {
  const any = fc.oneof(sizes, fc.nat(300)).map((size) => Buffer.alloc(size, size));
  fc.assert(
    fc.property(any, (data) => {
      const message = { message: { $case: 'data' as const, data } };
      const request = lean.requestSerialize(message);
      const response = lean.responseSerialize(message);
      expect(request.equals(generated.requestSerialize(message))).toBe(true);
      expect(response.equals(generated.responseSerialize(message))).toBe(true);
      for (const read of [lean.requestDeserialize(request), lean.responseDeserialize(response)]) {
        expect(read.message?.$case).toBe('data');
        expect(read.message?.$case === 'data' && read.message.data.equals(data)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test('all other messages go the generated way', () => {
  const port = { $case: 'port' as const, port: { port: 3000, anyProcess: true } };
  const requests: DialRequest[] = [
    { message: { $case: 'open', open: { session: 'x', target: port, ownConnection: true } } },
    { message: { $case: 'end', end: {} } },
  ];
  const responses: DialResponse[] = [
    { message: { $case: 'opened', opened: { connection: 'abc' } } },
    { message: { $case: 'end', end: {} } },
  ];
  for (const one of requests) expect(lean.requestDeserialize(lean.requestSerialize(one))).toEqual(one);
  for (const one of responses) expect(lean.responseDeserialize(lean.responseSerialize(one))).toEqual(one);
});

test('bytes that are cut off, or followed by more, are read as the generated code reads them', () => {
  const whole = lean.requestSerialize({ message: { $case: 'data', data: Buffer.from('abc') } });
  expect(() => lean.requestDeserialize(whole.subarray(0, 3))).toThrow();
  const twice = Buffer.concat([whole, whole]);
  expect(lean.requestDeserialize(twice)).toEqual(generated.requestDeserialize(twice));
});
