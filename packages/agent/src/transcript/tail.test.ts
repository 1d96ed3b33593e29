import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endMarker } from '../domain/end-marker.ts';
import { deliverable, withoutMarker } from './tail.ts';

const marker = Buffer.from(endMarker('sess-20261120-083022-a1b2c3'), 'latin1');
/** Bytes that look like beginnings of the marker more often than chance would have it. */
const output = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      fc.nat({ max: marker.length - 1 }).map((length) => marker.subarray(0, length)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.concat(parts))
  .filter((bytes) => !bytes.includes(marker));

test('however the file grows, the data are delivered once, in order, and the marker never', () => {
  fc.assert(
    fc.property(output, fc.array(fc.nat()), (data, cuts) => {
      const whole = Buffer.concat([data, marker]);
      const sizes = [...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
      let delivered = 0;
      for (const size of sizes) {
        const end = deliverable(whole.subarray(0, size), marker);
        expect(end).toBeGreaterThanOrEqual(delivered);
        expect(end).toBeLessThanOrEqual(data.length);
        // No more is held back than what may be a beginning of the marker.
        expect(Math.min(size, data.length) - end).toBeLessThan(marker.length);
        delivered = end;
      }
      expect(delivered).toBe(data.length);
    }),
  );
});

test('the cut takes the marker out, and keeps every byte around it', () => {
  fc.assert(
    fc.property(output, output, (before, after) => {
      const found = withoutMarker(Buffer.concat([before, marker, after]), marker);
      expect(found).toEqual({ from: before.length, rest: after });
      expect(withoutMarker(before, marker)).toBe(null);
    }),
  );
});
