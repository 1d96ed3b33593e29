import { expect, it } from 'vitest';
import type { AttentionSnapshot } from '../domain/attention.ts';
import { EVENT_KINDS, type Fact, kindOf } from '../domain/event.ts';
import { Event } from '../gen/berth/v1/event.ts';
import { decodeEvent, encodeEvent } from './event.ts';

const attention: AttentionSnapshot = {
  kind: 'input',
  reason: 'asks',
  line: 'Go on?',
  source: 'hook',
  since: 5,
  event: 7,
  snoozedUntil: null,
};
const external = {
  name: 'n',
  toolSessionId: 't',
  status: 'waiting',
  message: 'm',
  directory: '/d',
  reportedAt: 9,
  metrics: { tokens: '12' },
  team: '',
  agents: ['a'],
  live: true,
  attention,
};
const FACTS: readonly Fact[] = [
  { type: 'hostNotice', reason: 'R', message: 'm' },
  { type: 'sessionRemoved', freedBytes: 2 ** 41 },
  { type: 'attentionRaised', attention },
  { type: 'attentionCleared', kind: 'input', raised: 7, reason: 'went-on' },
  { type: 'attentionSnoozed', until: 99 },
  { type: 'activityChanged', activity: 'waiting', source: 'screen', message: '' },
  { type: 'outputChanged', printing: true, transcriptEnd: 2 ** 40 },
  { type: 'filesChanged', folders: ['src', '.'], files: 3, incomplete: true },
  { type: 'artifactChanged', artifact: { path: 'a/b', bytes: 5, modifiedAt: 6 }, removed: false },
  { type: 'memoryPressure', high: true, usedBytes: 5, slotBytes: 6 },
  { type: 'clientsChanged', attachedClients: 2, attached: true },
  { type: 'externalChanged', session: external, gone: false },
  { type: 'externalChanged', session: external, gone: true, cleared: 'went-on' },
];

it.each(FACTS.map((fact) => [fact.type, fact] as const))(
  'carries %s over the wire unchanged',
  (_type, fact) => {
    const event = { number: 3, at: 4, sessionId: 's', sessionName: 'n', fact };
    expect(decodeEvent(Event.decode(Event.encode(encodeEvent(event)).finish()))).toEqual(event);
  },
);

it('counts an event whose fact it does not know', () => {
  const event = Event.fromPartial({ number: 3n, sessionId: 's' });
  expect(decodeEvent(event)).toMatchObject({ number: 3, fact: null });
});

it('has a kind for every fact', () => {
  const kinds = new Set(FACTS.map(kindOf));
  expect(EVENT_KINDS.filter((kind) => !kinds.has(kind))).toEqual([]);
});
