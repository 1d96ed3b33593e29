import type { WorkspaceSource } from '@berth/shared/domain/workspace-source';
import { describe, expect, it, test } from 'vitest';
import { checkSource, checkUpload, preludeOf } from './sources.ts';

const clone = (url: string, branch = '', depth = 0) => ({ kind: 'clone', url, branch, depth }) as const;
const CHECKOUT = {
  kind: 'checkout',
  repository: 'r',
  upload: 'U-1',
  branch: 'main',
  commit: 'a'.repeat(40),
  indexCommit: '',
  workCommit: 'b'.repeat(64),
  historyLeftOut: false,
  authorName: '',
  authorEmail: '',
} as const;

function reasonOf(source: WorkspaceSource): string {
  try {
    checkSource(source);
    return 'taken';
  } catch (error) {
    return (error as { reason: string }).reason;
  }
}

describe('what a session can begin with', () => {
  it.each<WorkspaceSource>([
    { kind: 'empty' },
    { kind: 'directory', path: '/srv/x' },
    { kind: 'directory', path: '~' },
    { kind: 'directory', path: '~/x y' },
    CHECKOUT,
    clone('https://example.org/x.git'),
    clone('ssh://user@example.org:22/x', 'main', 1),
    clone('user@example.org:dir/x'),
    clone('example.org:x'),
    clone('/srv/git/x.git'),
    clone('https://user@example.org/a:b@c'),
    clone('http://[::1]:80/x', 'feature/x'),
  ])('%j', (source) => {
    expect(reasonOf(source)).toBe('taken');
  });

  it.each<WorkspaceSource>([
    { kind: 'directory', path: '' },
    { kind: 'directory', path: 'x' },
    { kind: 'directory', path: '~other/x' },
    { kind: 'directory', path: '/a\0b' },
    ...[
      '',
      '-x',
      '--upload-pack=touch x',
      'ext::sh -c touch% x',
      'fd::3',
      'a.b::x',
      'gopher://example.org/x',
      'EXT://x',
      'relative/path',
      './x',
      'https://user:secret@example.org/x',
      '-oProxyCommand=x:y',
      'https://user%3Asecret@example.org/x',
      'https://ghp_0123456789abcdef@example.org/x',
      'https://example.org/x?private_token=abc',
      'ssh://user:secret@example.org/x',
      'https://example.org/\nx',
      `https://${'x'.repeat(5000)}`,
    ].map((url) => clone(url)),
    ...['-x', 'a b', 'a\nb', 'a:b', 'a~1', 'a^'].map((branch) => clone('https://example.org/x', branch)),
  ])('not %j', (source) => {
    expect(reasonOf(source)).toBe('SOURCE_INVALID');
  });

  it('names that no client of ours sends', () => {
    for (const odd of [
      { repository: '' },
      { repository: '../x' },
      { repository: 'UPPER' },
      { upload: 'a/b' },
      { upload: 'x'.repeat(65) },
      { commit: '--exec' },
      { commit: 'abc' },
      { workCommit: 'A'.repeat(40) },
      { authorName: 'a\nb' },
      { authorEmail: 'x'.repeat(1001) },
    ]) {
      expect(reasonOf({ ...CHECKOUT, ...odd })).toBe('ARGUMENT_INVALID');
    }
    expect(() => checkUpload({ repository: 'r', upload: '' })).toThrow(/upload/);
  });
});

test('no secret of an address is told', () => {
  expect(() => checkSource(clone('https://user:secret@example.org/x'))).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret') }),
  );
});

test('a clone ends with its address, whatever that is like', () => {
  expect(preludeOf(clone('/srv/x', 'side', 3)).slice(-4)).toEqual(['--branch=side', '--', '/srv/x', '.']);
  expect(preludeOf(clone('/srv/x', 'side', 3))).toContain('--depth=3');
  expect(preludeOf(clone('/srv/x')).join(' ')).not.toMatch(/--depth|--branch/);
  expect(preludeOf(CHECKOUT)).toEqual([]);
});
