import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SessionSnapshot } from '../domain/session-snapshot.ts';
import { FAILURE_REASONS, RESTART_POLICIES, SESSION_STATES } from '../domain/session-state.ts';
import { Session } from '../gen/berth/v1/session.ts';
import { decodeSession, encodeSession } from './session.ts';

const text = fc.string({ unit: 'grapheme' });
const time = fc.integer({ min: 1, max: 4e12 });
const size = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
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
});

it('carries a session over the wire unchanged', () => {
  fc.assert(
    fc.property(sessions, (session) => {
      const bytes = Session.encode(encodeSession(session)).finish();
      expect(decodeSession(Session.decode(bytes))).toEqual(session);
    }),
  );
});
