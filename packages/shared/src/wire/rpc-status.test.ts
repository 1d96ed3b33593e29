import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BerthError } from '../domain/berth-error.ts';
import { REASONS, type Reason } from '../domain/reasons.ts';
import { decodeStatus, encodeStatus } from './rpc-status.ts';

it('carries reason, message, values and hint there and back', () => {
  const reasons = fc.constantFrom(...(Object.keys(REASONS) as Reason[]));
  const text = fc.string({ unit: 'grapheme' });
  const values = fc.dictionary(
    fc.string({ minLength: 1 }).filter((key) => key !== 'hint' && key !== '__proto__'),
    text,
  );
  fc.assert(
    fc.property(reasons, text, values, text, (reason, message, entries, hint) => {
      const back = decodeStatus(encodeStatus(new BerthError(reason, message, { values: entries, hint })));
      expect(back).toMatchObject({ reason, message, hint });
      expect({ ...back?.values }).toEqual({ ...entries });
    }),
  );
});

it('takes nothing for an error of ours that is none', () => {
  expect(decodeStatus(new Uint8Array())).toBeNull();
});
