import { expect, test } from 'vitest';
import { fitText, steadyWidth, textWidth } from './width.ts';

test.each([
  ['abc', 3],
  ['日本', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['✅ ❌ ⚡', 8],
  ['✓ ✗ ▶ ○ ●', 9],
  ['🙂🚀', 4],
  ['👩\u200d💻', 4],
])('%s takes %i columns', (text, columns) => expect(textWidth(text)).toBe(columns));

test.each([
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['abc', 3, 'abc'],
  ['abc', 0, ''],
])('%s in %i columns is %s', (text, columns, fitted) => expect(fitText(text, columns)).toBe(fitted));

test('what terminals measure differently goes', () => {
  expect(steadyWidth('👍🏽 ✔\ufe0f 👩\u200d💻')).toBe('👍 ✔ 👩💻');
});
