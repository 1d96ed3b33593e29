import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { HostConfig } from '../config/remotes.ts';
import { fixedProvider } from './fixed.ts';
import { counts, idleFirst, idleFor, isBusy, type Member, newNames } from './member.ts';
import type { Machine, MachineState } from './provider.ts';

const provider = fixedProvider('static', []);

function machine(name: string, state: MachineState): Machine {
  const about = { id: '', size: 's', region: '', address: null, user: null, port: null, price: null };
  return { name, state, hostKeys: [], ...about };
}

function member(name: string, over: Partial<Member> & { state?: MachineState } = {}): Member {
  const { state = 'running', ...rest } = over;
  const host: HostConfig = { name, kind: 'ssh', labels: {}, scope: 'user', enabled: true };
  const idle = { sessions: 0, kept: 0, idleSince: 0, draining: false, error: null };
  return { name, provider, machine: machine(name, state), host, ...idle, ...rest };
}

const names = (members: readonly Member[]) => members.map(({ name }) => name);

it('lets stopped ones go first, then those that idle longest, and nobody that is needed', () => {
  const members = [
    member('busy', { sessions: 1, idleSince: null }),
    member('late', { idleSince: 20 }),
    member('silent', { sessions: null, idleSince: null }),
    member('early', { idleSince: 10 }),
    member('joining', { host: null, sessions: null, idleSince: null }),
    member('off', { state: 'stopped', sessions: null, idleSince: null }),
  ];
  expect(names(idleFirst(members))).toEqual(['off', 'early', 'late']);
  expect(names(idleFor(members, 15, 30))).toEqual(['early']);
  expect(names(idleFor(members, 20, 30))).toEqual(['early']);
  expect(idleFor(members, 21, 30)).toEqual([]);
});

it('never lets anything go that runs something, or may', () => {
  const any = fc.record({
    name: fc.string({ minLength: 1 }),
    sessions: fc.option(fc.nat(3)),
    idleSince: fc.option(fc.nat(100)),
    isHost: fc.boolean(),
    state: fc.constantFrom<MachineState>('creating', 'running', 'stopped', 'failed', 'unknown'),
  });
  fc.assert(
    fc.property(fc.array(any), fc.nat(100), (all, ms) => {
      const members = all.map(({ name, isHost, ...rest }) =>
        member(name, isHost ? rest : { ...rest, host: null }),
      );
      for (const one of [...idleFirst(members), ...idleFor(members, ms, 100)]) {
        expect(one.sessions ?? 0).toBe(0);
        expect(one.sessions === null && ['running', 'unknown'].includes(one.machine?.state ?? '')).toBe(
          false,
        );
        expect(one.host).not.toBeNull();
      }
    }),
  );
});

it('takes a host that does not answer for a busy one, unless its machine is off', () => {
  expect(isBusy(member('a', { sessions: null }))).toBe(true);
  expect(isBusy(member('a', { sessions: null, machine: null }))).toBe(true);
  expect(isBusy(member('a', { sessions: null, state: 'stopped' }))).toBe(false);
  expect(isBusy(member('a', { sessions: null, host: null }))).toBe(false);
});

it('counts what could be used', () => {
  expect(
    ['running', 'stopped', 'creating'].map((state) => counts(member('a', { state: state as MachineState }))),
  ).toEqual([true, true, true]);
  expect([counts(member('a', { machine: null })), counts(member('a', { state: 'failed' }))]).toEqual([
    false,
    false,
  ]);
});

it('gives the lowest names that are free', () => {
  expect(newNames('lab-l', 3, new Set(['lab-l-2']))).toEqual(['lab-l-1', 'lab-l-3', 'lab-l-4']);
  expect(newNames('x', 0, new Set())).toEqual([]);
});
