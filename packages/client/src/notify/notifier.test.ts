import type { HostEvent } from '@berth/shared/domain/event';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import { expect, test } from 'vitest';
import type { HostConfig } from '../config/remotes.ts';
import type { FleetNews } from '../fleet/live-fleet.ts';
import type { Channel } from './channel.ts';
import { Notifier, type NotifierOptions } from './notifier.ts';
import { EMPTY_STATE } from './policy.ts';

const dwellMs = { permission: 0, input: 0, error: 0, done: 0, bell: 0 };
const kinds = ['permission', 'input', 'error', 'done', 'bell'] as const;
const policy = { dwellMs, cooldownMs: 0, kinds, quietHours: null, quietExcept: [] };

function open(over: Partial<NotifierOptions>) {
  const failures: unknown[] = [];
  const notifier = new Notifier({
    policy,
    store: { load: () => EMPTY_STATE, save: () => {} },
    durable: [],
    channels: [],
    looking: () => false,
    failed: (error) => failures.push(error),
    ...over,
  });
  return { notifier, failures };
}

const channel = (deliver: Channel['deliver']): Channel => ({ name: 'c', deliver, test: async () => '' });

function bell(number: number): FleetNews {
  const attention = { kind: 'bell', reason: 'it rang', line: '', source: 'screen' } as const;
  const fact = {
    type: 'attentionRaised',
    attention: { ...attention, since: 0, event: number, snoozedUntil: null },
  } as const;
  const event: HostEvent = { number, at: 0, sessionId: `s${number}`, sessionName: '', fact };
  const host = { name: 'dev' } as HostConfig;
  return { kind: 'event', host, journalId: 'j', event, replayed: false };
}

test('webhooks have it before the state says so, the others come after', async () => {
  const order: string[] = [];
  const say = (word: string) => channel(async () => void order.push(word));
  const store = { load: () => EMPTY_STATE, save: () => void order.push('saved') };
  {
    await using notifier = open({ durable: [say('durable')], channels: [say('shown')], store }).notifier;
    await notifier.take(bell(1));
  }
  expect(order.slice(-3)).toEqual(['durable', 'saved', 'shown']);
});

test('a channel that hangs holds up neither the news nor the others', async () => {
  let free = () => {};
  const hung: string[] = [];
  const shown: string[] = [];
  const hangs = channel(async () => {
    hung.push('called');
    await new Promise<void>((resolve) => {
      free = resolve;
    });
  });
  const { notifier } = open({ channels: [hangs, channel(async () => void shown.push('shown'))] });
  await notifier.take(bell(1));
  await notifier.take(bell(2));
  expect([hung, shown]).toEqual([['called'], ['shown', 'shown']]);
  const closed = notifier[Symbol.asyncDispose]();
  free();
  await new Promise((resolve) => setImmediate(resolve));
  free();
  await closed;
});

test('a channel or a disk that fails is told of, and the rest goes on', async () => {
  const shown: string[] = [];
  const fails = channel(() => Promise.reject(new Error('no bus')));
  const store = {
    load: () => EMPTY_STATE,
    save: () => {
      throw new Error('disk full');
    },
  };
  const { notifier, failures } = open({
    durable: [fails],
    channels: [fails, channel(async () => void shown.push('shown'))],
    store,
  });
  await notifier.take(bell(1));
  await notifier[Symbol.asyncDispose]();
  expect(shown).toEqual(['shown']);
  expect(new Set(failures.map((error) => (error as Error).message))).toEqual(
    new Set(['no bus', 'disk full']),
  );
});

test('sessions of other tools are told of once for each attention, until they ask no more', async () => {
  const told: string[] = [];
  const shown = channel(async (delivery) => {
    if (delivery.kind === 'summary') return;
    const { sessionId, sessionName, kind, number } = delivery.item;
    told.push(`${delivery.kind} ${sessionId} (${sessionName}) ${kind} ${number}`);
  });
  const external = (
    number: number,
    asks: { kind: 'input' | 'done'; event: number; snoozedUntil?: number } | null,
    more: { cleared?: 'typed' | 'replaced'; gone?: boolean } = {},
  ): FleetNews => {
    const rest = { reason: 'why', line: '', source: 'hook', since: 0, snoozedUntil: null } as const;
    const session = { name: 'dev', attention: asks && { ...rest, ...asks } } as ExternalSnapshot;
    const fact = { type: 'externalChanged', session, gone: false, ...more } as const;
    const event: HostEvent = { number, at: 0, sessionId: '', sessionName: '', fact };
    return { kind: 'event', host: { name: 'lab' } as HostConfig, journalId: 'j', event, replayed: false };
  };
  {
    await using notifier = open({ channels: [shown] }).notifier;
    await notifier.take(external(1, null));
    await notifier.take(external(2, { kind: 'input', event: 2 }));
    // Its tmux session ended, say: it asks as before.
    await notifier.take(external(3, { kind: 'input', event: 2 }));
    await notifier.take(external(4, { kind: 'done', event: 4 }, { cleared: 'replaced' }));
    await notifier.take(external(5, { kind: 'done', event: 4, snoozedUntil: Date.now() + 60_000 }));
    await notifier.take(external(6, null, { cleared: 'typed' }));
    await notifier.take(external(7, null, { gone: true }));
  }
  expect(told).toEqual([
    'attention external:dev (dev) input 2',
    'attention external:dev (dev) done 4',
    'cleared external:dev (dev) input 2',
    'cleared external:dev (dev) done 4',
  ]);
});
