import fc from 'fast-check';
import { expect, it } from 'vitest';
import { diffFiles } from './diff-lines.ts';

const DIFF = `diff --git a/src/a b.ts b/src/a b.ts
index 1..2 100644
--- a/src/a b.ts
+++ b/src/a b.ts
@@ -1,3 +1,3 @@ function a() {
 same
--- a comment that looks like a header
+++ another
 <b>not bold</b>
diff --git a/old.ts b/new.ts
similarity index 90%
@@ -7 +7 @@
-x
+y
\\ No newline at end of file
`;

it('reads files, lines and their numbers', () => {
  const [first, second] = diffFiles(DIFF);
  expect(first).toMatchObject({ path: 'src/a b.ts', added: 1, removed: 1 });
  expect(first?.lines.map(({ kind, before, after }) => [kind, before, after])).toEqual([
    ['hunk', null, null],
    ['same', 1, 1],
    ['removed', 2, null],
    ['added', null, 2],
    ['same', 3, 3],
  ]);
  expect(first?.lines[2]?.text).toBe('-- a comment that looks like a header');
  expect(second).toMatchObject({ path: 'new.ts', added: 1, removed: 1 });
});

const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes));

it('takes any text, and lets no control character through', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const file of diffFiles(`diff --git a/x b/x\n@@ -1,99 +1,99 @@\n${text}`)) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: matching them is the point
        for (const line of file.lines) expect(line.text).not.toMatch(/[\u0000-\u001f\u202e]/);
      }
    }),
  );
});
