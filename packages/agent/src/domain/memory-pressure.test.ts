import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPressed } from './memory-pressure.ts';

test.each([
  [false, 89, false],
  [false, 90, true],
  [true, 89, true],
  [true, 75, true],
  [true, 74, false],
  [false, 75, false],
])('from %s, %i %% of the slot: %s', (before, percent, after) => {
  expect(isPressed(before, percent, 100)).toBe(after);
});

test('use that sways by less than the space between the marks changes it once at most', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 }),
      fc.array(fc.integer({ min: 0, max: 14 })),
      (base, sways) => {
        let pressed = isPressed(false, base, 100);
        let changes = 0;
        for (const sway of sways) {
          const next = isPressed(pressed, base + sway, 100);
          if (next !== pressed) changes++;
          pressed = next;
        }
        expect(changes).toBeLessThanOrEqual(1);
      },
    ),
  );
});

test('without a slot there is no pressure', () => expect(isPressed(true, 5, 0)).toBe(false));
