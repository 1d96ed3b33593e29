import { BerthError } from '@berth/shared/domain/berth-error';
import { expect, it } from 'vitest';
import type { CallPorts } from './call.ts';
import { fleetCalls } from './fleet-calls.ts';

it('reads the events of the other hosts where those of one cannot be read, and says of which', async () => {
  const at = Date.parse('2026-11-22T10:00:00Z');
  async function* watch(name: string) {
    if (name === 'old')
      throw new BerthError('PERMISSION_DENIED', 'berthd is too old', { hint: 'upgrade it' });
    yield { kind: 'opened', journalId: 'j' };
    const fact = { type: 'hostNotice', reason: 'INTERNAL', message: 'm' };
    yield { kind: 'event', event: { id: 1, at, sessionId: '', sessionName: '', fact } };
  }
  const hosts = ['old', 'new'].map((name) => ({ link: 'connected', config: { name } }));
  const ports = {
    context: {
      paths: { stateDir: '/nowhere' },
      connect: async ({ name }: { name: string }) => ({ watch: () => watch(name) }),
    },
    fleet: { hosts: () => hosts },
  } as unknown as CallPorts;
  const order = { since: '2026-11-22T00:00:00Z', most: 10 };
  const { events, failures } = await fleetCalls(ports).events.run(order, new AbortController().signal);
  expect(events.map(({ host }) => host)).toEqual(['new']);
  expect(failures).toMatchObject([
    { message: 'the events of old cannot be read: berthd is too old', hint: 'upgrade it' },
  ]);
});
