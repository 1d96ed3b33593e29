/** A night's worth of attentions on three hosts, while nobody was there to be told. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HostEvents } from '../support/host-events.ts';
import { createSandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { StandInNotifier } from '../support/stand-in-notifier.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';
import { WebhookServer } from '../support/webhook-server.ts';

const HOSTS = ['local', 'dev', 'lab'];

test('ten attentions on three hosts are each told exactly once on return', async () => {
  await using sandbox = createSandbox();
  const notifier = new StandInNotifier(sandbox);
  await using server = await WebhookServer.start();
  const agents = await Promise.all(HOSTS.map((name) => sandbox.startAgent({ name })));
  await using dev = await TestSshd.start(sandbox, { name: 'dev' });
  await using lab = await TestSshd.start(sandbox, { name: 'lab' });
  configureHosts(sandbox, [{ sshd: dev }, { sshd: lab }]);
  const cursor = join(sandbox.stateDir, 'cursors', 'notify.json');
  const noted = () => {
    if (!existsSync(cursor)) return {};
    return (JSON.parse(readFileSync(cursor, 'utf8')) as { hosts: Record<string, { number: number }> }).hosts;
  };
  const watching = () => sandbox.spawnBerth(['watch', '--notify', '--webhook', server.url]);
  const before = watching();
  await until(() => Object.keys(noted()).length === 3, { what: 'the watch reached all', deadlineMs: 40_000 });
  before.kill('SIGKILL');
  await before.finished;

  /** Resolves when its bell is in the journal. */
  const ring = async (name: string, at: number): Promise<string> => {
    const argv = ['bash', '-c', "echo question; printf '\\a'; sleep 1000"];
    const flags = ['start', '--json', '--host', HOSTS[at] ?? '', '--name', name, '--'];
    const options = { env: { BERTH_FANOUT_TIMEOUT: '15s' }, timeoutMs: 45_000 };
    const id = await startedId(sandbox, [...flags, ...argv], options);
    using events = new HostEvents(agents[at]?.socket ?? '');
    await events.find(({ sessionId, fact }) => sessionId === id && fact.type === 'attentionRaised');
    return id;
  };
  const rang: string[] = [];
  for (let i = 0; i < 10; i++) rang.push(await ring(`s${i}`, i % 3));

  // Away again, and back: what was told stays told.
  for (const more of ['', 'later']) {
    if (more) rang.push(await ring(more, 1));
    const after = watching();
    await until(() => server.taken.length >= rang.length, { what: 'all deliveries', deadlineMs: 40_000 });
    after.kill('SIGINT');
    await after.finished;
  }
  expect(server.taken.map(({ session_id }) => session_id).sort()).toEqual(rang.sort());
  expect(server.taken.every(({ replayed }) => replayed === true)).toBe(true);
  expect(notifier.shown.length).toBeGreaterThan(0);
}, 150_000);
