import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ACTIVITIES,
  ATTENTION_KINDS,
  type AttentionSnapshot,
  EVIDENCE_SOURCES,
} from '../domain/attention.ts';
import type { SessionSnapshot } from '../domain/session-snapshot.ts';
import { FAILURE_REASONS, RESTART_POLICIES, SESSION_STATES } from '../domain/session-state.ts';
import type { WorkspaceSource } from '../domain/workspace-source.ts';
import { Session } from '../gen/berth/v1/session.ts';
import { decodeSession, encodeSession } from './session.ts';

const text = fc.string({ unit: 'grapheme' });
const time = fc.integer({ min: 1, max: 4e12 });
const size = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const attentions: fc.Arbitrary<AttentionSnapshot> = fc.record({
  kind: fc.constantFrom(...ATTENTION_KINDS),
  reason: text,
  line: text,
  source: fc.constantFrom(...EVIDENCE_SOURCES),
  since: time,
  event: size,
  snoozedUntil: fc.option(time),
});
const sessions: fc.Arbitrary<SessionSnapshot> = fc.record({
  id: text,
  name: text,
  incarnation: fc.nat(1000),
  state: fc.constantFrom(...SESSION_STATES),
  failureReason: fc.option(fc.constantFrom(...FAILURE_REASONS)),
  detail: text,
  prompt: text,
  preset: text,
  argv: fc.array(text),
  tags: fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    text,
    { noNullPrototype: true },
  ),
  memoryBytes: size,
  memoryPeakBytes: size,
  createdAt: time,
  startedAt: fc.option(time),
  endedAt: fc.option(time),
  exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
  reservedUntil: fc.option(time),
  killRequestedAt: fc.option(time),
  timeoutMs: fc.option(fc.integer({ min: 0, max: 1e10 })),
  attachedClients: fc.nat(100),
  transcriptStart: size,
  transcriptEnd: size,
  workspace: text,
  restartPolicy: fc.constantFrom(...RESTART_POLICIES),
  enforcement: fc.option(fc.constantFrom('advisory', 'kernel')),
  memoryUsedBytes: size,
  cpuMs: fc.option(fc.integer({ min: 0, max: 1e10 })),
  cpuPercent: fc.double({ min: 0, max: 1e4, noNaN: true }),
  oomKills: fc.nat(1000),
  attention: fc.option(attentions),
  activity: fc.constantFrom(...ACTIVITIES),
  figures: fc.option(
    fc.record({
      turns: fc.nat(1000),
      inputTokens: size,
      outputTokens: size,
      toolCalls: fc.dictionary(fc.stringMatching(/^[A-Z][a-z]*$/), fc.nat(1000), { noNullPrototype: true }),
      subagents: fc.nat(10),
    }),
  ),
  headless: fc.boolean(),
  skipPermissions: fc.boolean(),
  queuePlace: fc.option(fc.integer({ min: 1, max: 10_000 })),
  queuedAt: fc.option(time),
  suspendRequestedAt: fc.option(time),
  source: fc.oneof<fc.Arbitrary<WorkspaceSource>[]>(
    fc.constant({ kind: 'empty' }),
    fc.record({ kind: fc.constant('directory' as const), path: fc.string() }),
    fc.record({
      kind: fc.constant('checkout' as const),
      repository: fc.string(),
      upload: fc.string(),
      branch: fc.string(),
      commit: fc.string(),
      indexCommit: fc.string(),
      workCommit: fc.string(),
      historyLeftOut: fc.boolean(),
      authorName: fc.string(),
      authorEmail: fc.string(),
    }),
    fc.record({
      kind: fc.constant('clone' as const),
      url: fc.string(),
      branch: fc.string(),
      depth: fc.nat(1000),
    }),
  ),
  envNames: fc.array(fc.string()),
});

it('carries a session over the wire unchanged', () => {
  fc.assert(
    fc.property(sessions, (session) => {
      const bytes = Session.encode(encodeSession(session)).finish();
      expect(decodeSession(Session.decode(bytes))).toEqual(session);
    }),
  );
});

it('has times that can be told, whatever a host says they are', () => {
  const far = new Date(Number.NaN);
  const told = { createdAt: far, startedAt: far, endedAt: far, queuedAt: far, attention: { since: far } };
  const session = decodeSession(Session.fromPartial(told));
  expect(session).toMatchObject({ createdAt: 0, startedAt: null, endedAt: null, attention: { since: 0 } });
});
