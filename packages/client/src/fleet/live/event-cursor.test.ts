import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Beginning, EventCursor } from './event-cursor.ts';

const opened = (over: object = {}) =>
  ({ kind: 'opened', journalId: 'j', oldest: 1, newest: 10, oldestAt: 1000, ...over }) as const;
const event = (number: number, at = 5000) => ({ number, at });
const GOES_ON = { gone: null, again: false };

describe('a watch of what happens from now on', () => {
  it('begins after the listing, and goes on after the last event', () => {
    const cursor = new EventCursor({ kind: 'now' });
    expect(cursor.request(8)).toEqual({ since: 8, follow: true });
    expect(cursor.opened(opened(), 8)).toEqual(GOES_ON);
    expect(cursor.take(event(9))).toEqual({ replayed: true });
    expect(cursor.take(event(11))).toEqual({ replayed: false });
    expect(cursor.request(20)).toEqual({ since: 11, follow: true });
  });

  it('of an old agent, whose listing tells no number, leaves out all there is', () => {
    const cursor = new EventCursor({ kind: 'now' });
    expect(cursor.opened(opened({ oldestAt: null }), 0)).toEqual({ gone: null, again: true });
    expect(cursor.request(0)).toEqual({ since: 10, follow: true });
  });

  it('of a journal that was empty loses nothing that came meanwhile', () => {
    const cursor = new EventCursor({ kind: 'now' });
    expect(cursor.opened(opened({ newest: 2 }), 0)).toEqual(GOES_ON);
    expect(cursor.take(event(1))).toEqual({ replayed: true });
  });
});

describe('a watch from a time on', () => {
  const since: Beginning = { kind: 'time', at: 2000 };
  it('says once what of it is gone', () => {
    const cursor = new EventCursor(since);
    expect(cursor.request(8)).toEqual({ sinceTime: 2000, follow: true });
    const cut = opened({ oldest: 5, oldestAt: 3000 });
    expect(cursor.opened(cut, 8)).toEqual({ gone: { oldest: 5, replaced: false }, again: false });
    expect(cursor.opened(cut, 8)).toEqual(GOES_ON);
    expect(new EventCursor(since).opened(opened(), 8)).toEqual(GOES_ON);
  });

  it('leaves out what an old agent tells of earlier times', () => {
    const cursor = new EventCursor(since);
    cursor.opened(opened(), 0);
    expect(cursor.take(event(1, 1999))).toBeNull();
    expect(cursor.take(event(2, 2000))).toEqual({ replayed: true });
  });
});

describe('a watch that goes on where another ended', () => {
  const after: Beginning = { kind: 'after', journalId: 'j', number: 7 };
  it('asks for what came after', () => {
    const cursor = new EventCursor(after);
    expect(cursor.request(10)).toEqual({ since: 7, follow: true });
    expect(cursor.opened(opened(), 10)).toEqual(GOES_ON);
    expect(cursor.take(event(7))).toBeNull();
    expect(cursor.take(event(8))).toEqual({ replayed: true });
  });

  it.each([
    ['of another id', { journalId: 'new', newest: 9 }],
    ['that lost events', { newest: 3 }],
  ])('begins anew with a journal %s', (_what, other) => {
    const cursor = new EventCursor(after);
    expect(cursor.opened(opened(other), 3)).toEqual({ gone: { oldest: 1, replaced: true }, again: true });
    expect(cursor.request(3)).toEqual({ since: 0, follow: true });
    expect(cursor.opened(opened(other), 3)).toEqual(GOES_ON);
    expect(cursor.take(event(1))).toEqual({ replayed: true });
  });

  it('goes on with the oldest where those after it are gone', () => {
    const cursor = new EventCursor(after);
    cursor.gone(40);
    expect(cursor.request(50)).toEqual({ since: 39, follow: true });
  });
});

it('takes each event once, in order, however the streams overlap', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 20 }), (streams) => {
      const cursor = new EventCursor({ kind: 'after', journalId: 'j', number: 0 });
      const taken: number[] = [];
      for (const [back, length] of streams) {
        cursor.opened(opened({ newest: 1000 }), 0);
        // An agent may begin earlier than it was asked to, never later.
        const from = Math.max(1, (cursor.request(0).since ?? 0) + 1 - back);
        for (let number = from; number < from + length; number++) {
          if (cursor.take(event(number))) taken.push(number);
        }
      }
      expect(taken).toEqual(taken.map((_, i) => i + 1));
    }),
  );
});
