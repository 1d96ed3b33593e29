import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { HostConfig } from './remotes.ts';
import { putRemote, removeRemote } from './remotes-edit.ts';

const dir = mkdtempSync(join(tmpdir(), 'remotes-edit-'));
afterAll(() => rmSync(dir, { recursive: true }));
const file = join(dir, 'remotes.yaml');

function host(name: string, more: Partial<HostConfig> = {}): HostConfig {
  return { name, kind: 'ssh', host: '192.0.2.9', labels: {}, scope: 'user', enabled: true, ...more };
}

function after(text: string, change: () => void): string {
  writeFileSync(file, text);
  change();
  return readFileSync(file, 'utf8');
}

const ODD = `# mine
remotes:
  # the old one
  - name:   old   # keep
    host: "192.0.2.1"
    labels:
        a:   b   # why

  - {name: older, host: 192.0.2.2, enabled: false} # terse
  # after
# end
`;
const NEW = '  - name: new\n    host: 192.0.2.9\n';
const LAST = '  - {name: older, host: 192.0.2.2, enabled: false} # terse\n';

test.each([
  ['a list with odd spaces', ODD, ODD.replace(LAST, LAST + NEW)],
  ['no file text', '', 'remotes:\n  - name: new\n    host: 192.0.2.9\n'],
  ['a list without a list', '# c\nremotes:\n', '# c\nremotes:\n  - name: new\n    host: 192.0.2.9\n'],
  ['an empty list', 'remotes: [] # none\n', 'remotes:\n  - name: new\n    host: 192.0.2.9\n  # none\n'],
  [
    'no line break at the end, dashes at the margin',
    'remotes:\n- name: a\n  host: b',
    'remotes:\n- name: a\n  host: b\n- name: new\n  host: 192.0.2.9\n',
  ],
])('adds to %s', (_what, before, expected) => {
  expect(after(before, () => putRemote(file, host('new')))).toBe(expected);
});

test('adding what is there changes nothing', () => {
  const older = host('older', { host: '192.0.2.2', enabled: false });
  expect(after(ODD, () => putRemote(file, older))).toBe(ODD);
});

test('changes and adds fields of one host alone', () => {
  const old = host('old', { host: '192.0.2.7', user: 'me', size: 'l', labels: { a: 'c' } });
  const text = after(ODD, () => putRemote(file, old));
  const changed = ODD.replace('"192.0.2.1"', '192.0.2.7').replace(
    'a:   b   # why\n',
    '{ a: c }   # why\n    user: me\n    size: l\n',
  );
  expect(text).toBe(changed);
  const flow = after(ODD, () => putRemote(file, host('older', { user: 'me' })));
  expect(flow).toBe(ODD.replace('192.0.2.2, enabled: false', '192.0.2.9, enabled: false, user: me'));
});

test('removes one host alone, and what was added leaves no trace', () => {
  const remove = (name: string) => () => expect(removeRemote(file, name)).toBe(true);
  expect(after(ODD.replace(LAST, LAST + NEW), remove('new'))).toBe(ODD);
  expect(after(ODD, remove('older'))).toBe(ODD.replace(LAST, ''));
  const only = after('remotes:\n- name: a\n  host: b\n', remove('a'));
  expect(only).toBe('remotes: []\n');
  expect(after(ODD, () => expect(removeRemote(file, 'nobody')).toBe(false))).toBe(ODD);
});
