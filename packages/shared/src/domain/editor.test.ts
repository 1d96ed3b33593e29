import { expect, test } from 'vitest';
import { isExtensionName } from './editor.ts';

test.each(['ms-python.python', 'A.b', 'rust-lang.rust-analyzer@0.4.2000', 'x.y@1.0.0-beta+2'])(
  '%s is an extension',
  (name) => expect(isExtensionName(name)).toBe(true),
);
test.each([
  '',
  'python',
  '--force',
  '-a.b',
  '../x.vsix',
  '/a.b',
  'a.b@',
  'a.b c',
  'a.b@--x',
  `a.${'b'.repeat(200)}`,
])('%j is none', (name) => expect(isExtensionName(name)).toBe(false));
