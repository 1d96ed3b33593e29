import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { expect, it } from 'vitest';
import { decodeKept, encodeKept } from './kept-host.ts';

const SECRET = 'do not keep this';
const session = {
  id: 'sess-1',
  name: 'one',
  state: 'running',
  prompt: SECRET,
  argv: [SECRET],
  detail: SECRET,
  tags: { k: SECRET },
  workspace: SECRET,
  createdAt: 1,
  startedAt: 2,
  endedAt: null,
  exitCode: null,
  activity: 'waiting',
  headless: false,
  skipPermissions: false,
  memoryBytes: 3,
  memoryUsedBytes: 4,
  memoryPeakBytes: 5,
  attention: {
    kind: 'input',
    reason: SECRET,
    line: SECRET,
    source: 'hook',
    since: 6,
    event: 7,
    snoozedUntil: null,
  },
} as unknown as SessionSnapshot;
const host = {
  hostId: 'h',
  asOf: 8,
  unreachableSince: null,
  sessions: new Map([[session.id, session]]),
  presets: ['claude'],
  tagKeys: ['k'],
};

it('keeps states and who asks, and no word of what they work on', () => {
  const text = JSON.stringify(encodeKept(host));
  expect(text).not.toContain(SECRET);
  const kept = decodeKept(JSON.parse(text));
  expect(kept).toMatchObject({ hostId: 'h', asOf: 8, unreachableSince: null });
  expect(kept?.sessions.get('sess-1')).toMatchObject({
    name: 'one',
    state: 'running',
    activity: 'waiting',
    memoryBytes: 3,
    attention: { kind: 'input', since: 6, reason: '', line: '' },
    prompt: '',
  });
});

it.each([
  ['nothing', null],
  ['a list', []],
  ['another version', { ...encodeKept(host), version: 2 }],
  ['no time', { ...encodeKept(host), asOf: 'soon' }],
])('takes %s for nothing kept', (_what, json) => {
  expect(decodeKept(json)).toBeNull();
});

it('leaves out a session that cannot be read, and keeps the others', () => {
  const [good] = (encodeKept(host) as { sessions: object[] }).sessions;
  const sessions = [good, { ...good, id: 'sess-2', state: 'flying' }, null, { ...good, id: '' }];
  expect([...(decodeKept({ ...encodeKept(host), sessions })?.sessions.keys() ?? [])]).toEqual(['sess-1']);
});
