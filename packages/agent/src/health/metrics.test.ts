import { expect, it } from 'vitest';
import { createMetrics, type Figures } from './metrics.ts';

const FIGURES: Figures = {
  sessions: { running: 2, failed: 1 },
  heldSlots: 2,
  heldBytes: 64,
  capacityBytes: 128,
  attachedClients: 1,
  eventLagSeconds: 0.25,
  eventLoopLagSeconds: 0.001,
};

function create(sessionMemory?: () => Promise<number | null>) {
  return createMetrics({
    version: '1.2.3',
    figures: () => FIGURES,
    ...(sessionMemory ? { sessionMemory } : {}),
  });
}

it('tells the figures as they are when it is asked', async () => {
  const lines = (await create().text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'berth_sessions{state="running"} 2',
      'berth_sessions{state="lost"} 0',
      'berth_slots_held 2',
      'berth_memory_held_bytes 64',
      'berth_memory_capacity_bytes 128',
      'berth_attached_clients 1',
      'berth_event_lag_seconds 0.25',
      'berth_event_loop_lag_seconds 0.001',
      'berth_build_info{version="1.2.3"} 1',
    ]),
  );
});

it('counts what happened', async () => {
  const metrics = create();
  metrics.rpc({ method: 'Session.Start', code: 'OK', ms: 20 });
  metrics.rpc({ method: 'Session.Start', code: 'OK', ms: 2000 });
  metrics.journalCommit(4);
  metrics.oomKill();
  metrics.watchdogPing();
  metrics.watchdogWithheld();
  const text = await metrics.text();
  expect(text).toContain(
    'berth_rpc_duration_seconds_bucket{le="0.025",method="Session.Start",code="OK"} 1\n',
  );
  expect(text).toContain('berth_rpc_duration_seconds_count{method="Session.Start",code="OK"} 2\n');
  expect(text).toContain('berth_journal_commit_seconds_sum 0.004\n');
  for (const name of ['oom_kills', 'watchdog_pings', 'watchdog_withheld']) {
    expect(text).toContain(`berth_${name}_total 1\n`);
  }
});

it('tells the memory of sessions where it is known, and each agent has figures of its own', async () => {
  expect(await create().text()).not.toContain('berth_session_memory_bytes');
  expect(await create(async () => 4096).text()).toContain('berth_session_memory_bytes 4096\n');
  expect(await create(async () => null).text()).not.toMatch(/^berth_session_memory_bytes/m);
});
