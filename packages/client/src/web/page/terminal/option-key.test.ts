import { describe, expect, it } from 'vitest';
import { writesByOption } from './option-key.ts';

const PLAIN = { altKey: true, ctrlKey: false, metaKey: false };

describe('Option on a Mac', () => {
  it.each([
    { code: 'Digit5', key: '[', writes: true, of: 'a German keyboard' },
    { code: 'Digit7', key: '|', writes: true, of: 'a German keyboard' },
    { code: 'KeyL', key: '@', writes: true, of: 'a German keyboard' },
    { code: 'Digit3', key: '#', writes: true, of: 'a British keyboard' },
    { code: 'Digit5', key: '∞', writes: false, of: 'an American keyboard' },
    { code: 'KeyF', key: 'ƒ', writes: false, of: 'an American keyboard' },
    { code: 'KeyN', key: 'Dead', writes: false, of: 'an American keyboard' },
    { code: 'KeyF', key: 'f', writes: false, of: 'a program that sends the letter itself' },
    { code: 'Digit1', key: '1', writes: false, of: 'a program that sends the digit itself' },
  ])('with $code writes $key on $of: $writes', ({ code, key, writes }) => {
    expect(writesByOption({ ...PLAIN, code, key })).toBe(writes);
  });
  it('is not asked for without it, or beside other modifiers', () => {
    const pressed = { ...PLAIN, code: 'Digit5', key: '[' };
    expect(writesByOption({ ...pressed, altKey: false })).toBe(false);
    expect(writesByOption({ ...pressed, ctrlKey: true })).toBe(false);
  });
});
