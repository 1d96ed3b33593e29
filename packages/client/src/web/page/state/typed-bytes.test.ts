import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TypedBytes } from './typed-bytes.ts';

/** The other side: takes what continues what it has, as the contract says. */
class Host {
  readonly got: number[] = [];

  take(message: Uint8Array): void {
    const offset = Number(new DataView(message.buffer).getBigUint64(0));
    const bytes = [...message.subarray(8)];
    expect(offset).toBeLessThanOrEqual(this.got.length);
    this.got.push(...bytes.slice(this.got.length - offset));
  }
}

describe('typed bytes', () => {
  it('arrive once and in order, whatever breaks and is lost on the way', () => {
    const step = fc.oneof(
      fc.record({ what: fc.constant('type' as const), bytes: fc.uint8Array({ maxLength: 9 }) }),
      fc.record({ what: fc.constantFrom('send', 'lose', 'acknowledge', 'break') }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const typed = new TypedBytes();
        const host = new Host();
        const all: number[] = [];
        typed.opened(0);
        for (const step of steps) {
          if (step.what === 'type') {
            typed.type(step.bytes);
            all.push(...step.bytes);
          } else if (step.what === 'acknowledge') typed.acknowledged(host.got.length);
          else if (step.what === 'break') {
            typed.closed();
            expect(typed.next()).toBeNull();
            expect(typed.opened(host.got.length)).toBe(0);
          } else {
            const message = typed.next();
            if (message && step.what === 'send') host.take(message);
            // What was lost on the way shows as a break.
            if (message && step.what === 'lose') {
              typed.closed();
              typed.opened(host.got.length);
            }
          }
        }
        for (let message = typed.next(); message; message = typed.next()) host.take(message);
        expect(host.got).toEqual(all);
      }),
    );
  });

  it('go out in windows', () => {
    const typed = new TypedBytes();
    typed.opened(0);
    typed.type(new Uint8Array(1_000_000));
    let sent = 0;
    for (let message = typed.next(); message; message = typed.next()) sent += message.length - 8;
    expect(sent).toBe(256 * 1024);
    typed.acknowledged(100_000);
    for (let message = typed.next(); message; message = typed.next()) sent += message.length - 8;
    expect(sent).toBe(256 * 1024 + 100_000);
    expect(typed.unacknowledged).toBe(900_000);
  });

  it('are not typed again where the other side forgot them', () => {
    const typed = new TypedBytes();
    typed.opened(0);
    typed.type(Uint8Array.of(1, 2, 3, 4));
    typed.next();
    typed.acknowledged(2);
    typed.closed();
    typed.type(Uint8Array.of(5));
    expect(typed.opened(0)).toBe(2);
    expect(typed.next()).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 5));
    expect(typed.end).toBe(1);
  });
});
