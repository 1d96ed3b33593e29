/** Promise 3 where the VM itself goes: after a reboot sessions are lost or run again, and nothing they printed is gone. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { endMarker } from '../../packages/agent/src/domain/end-marker.ts';
import { holdings, reserve } from '../support/lab/agent-calls.ts';
import { chatty } from '../support/lab/chatty.ts';
import { allEvents, EventWatcher } from '../support/lab/event-watcher.ts';
import { openSite, sha256 } from '../support/lab/site.ts';
import { until } from '../support/until.ts';

const SMALL = ['-m', '32M'];
const MIB = 1024 * 1024;
/** Tells what it finds around it, once for each of its lives. */
const AGAIN =
  'echo "life of $BERTH_SESSION_ID, $BERTH_SESSION_NAME on $BERTH_HOST in $BERTH_WORKSPACE, $FROM_LOGIN"; sleep 1000';

it('loses sessions with all that they printed, and runs those again that asked for it', async () => {
  await using site = await openSite();
  const { vm, sandbox } = site;
  appendFileSync(vm.path('/home/dev/.profile'), 'export FROM_LOGIN=of-the-login\n');
  await using watcher = new EventWatcher(() => site.tunnel());
  const lost: string[] = [];
  for (const name of ['lost-0', 'lost-1', 'lost-2'])
    lost.push(await site.start(chatty({ name, stop: '/home/dev/stop' }), [...SMALL, '-n', name]));
  const again = await site.start(['bash', '-c', AGAIN], [...SMALL, '-n', 'again', '--restart', 'on-reboot']);
  const killed = await site.start(['sleep', '1000'], [...SMALL, '--restart', 'on-reboot']);
  expect(await sandbox.berth(['kill', killed])).toMatchObject({ code: 0 });
  const short = await reserve(await site.tunnel(), { requestId: 'short', memoryBytes: 32 * MIB, seconds: 1 });
  const long = await reserve(await site.tunnel(), {
    requestId: 'long',
    memoryBytes: 32 * MIB,
    seconds: 3600,
  });
  const printed = () => readFileSync(site.file(again, 'transcript'), 'utf8');
  await until(() => printed().includes('of-the-login'), { what: 'the first life spoke' });
  const firstLife = printed();
  const full = () => lost.every((id) => readFileSync(site.file(id, 'transcript')).length > 100_000);
  await until(full, { what: 'the others printed', deadlineMs: 60_000 });

  // What they print until they are ended counts too: it is read while the host is off. Nobody logs
  // in on the cut cable: the agent comes up by itself.
  vm.cut();
  await vm.run(['systemctl', 'poweroff']);
  await until(() => !vm.on, { what: 'the host is off', deadlineMs: 60_000 });
  // The mark at the end is the agent's own, and cut off where it came so far.
  const printedBy = (id: string) =>
    readFileSync(site.file(id, 'transcript'), 'latin1').replace(endMarker(id), '');
  const hashes = lost.map((id) => sha256(Buffer.from(printedBy(id), 'latin1')));
  const bytes = lost.map((id) => printedBy(id).length);
  await vm.boot();
  await site.nextAgent(0);
  const logins = await vm.script('journalctl -b -u ssh -o cat --no-pager | grep -c Accepted', {
    check: false,
  });
  expect(logins.stdout.trim()).toBe('0');
  vm.mend();

  const seen = new Map<string, string[]>();
  const settled = async () => {
    const rows = await site.sessions();
    for (const { session_id, status } of rows)
      seen.set(session_id, [...(seen.get(session_id) ?? []), status]);
    return rows.find(({ session_id }) => session_id === again)?.status === 'running' && rows;
  };
  const rows = (await until(settled, { what: 'it runs again', deadlineMs: 60_000 })) as Awaited<
    ReturnType<typeof site.sessions>
  >;
  const row = (id: string) => rows.find(({ session_id }) => session_id === id);
  for (const [index, id] of lost.entries()) {
    expect(new Set(seen.get(id))).toEqual(new Set(['lost']));
    expect(sha256(readFileSync(site.file(id, 'transcript')))).toBe(hashes[index]);
    const told = await sandbox.berth(['output', id, '--raw', '--since-offset', '0']);
    expect(told.code).toBe(0);
    expect(Buffer.byteLength(told.stdout)).toBe(bytes[index]);
  }
  expect(row(again)).toMatchObject({ status: 'running', incarnation: 2 });
  await until(() => printed().length > firstLife.length && printed().endsWith('of-the-login\r\n'), {
    what: 'the second life spoke',
  });
  expect(printed().startsWith(firstLife)).toBe(true);
  expect(printed().slice(firstLife.length)).toContain(
    firstLife.slice(firstLife.indexOf('life of'), firstLife.indexOf('\r\n')),
  );
  expect(row(killed)).toMatchObject({ status: 'killed', incarnation: 1 });
  const { live, heldSlots } = await holdings(await site.tunnel());
  // The long reservation is a promise with a date, and its date has not come.
  expect(live.map(({ id }) => id).sort()).toEqual([again, long].sort());
  expect(live.map(({ id }) => id)).not.toContain(short);
  const kept = await allEvents(await site.tunnel());
  await until(() => watcher.seen.length >= kept.length, { what: 'the watcher is up to date' });
  watcher.check();
  expect(watcher.seen.slice(0, kept.length).map(({ hash }) => hash)).toEqual(kept.map(({ hash }) => hash));
  writeFileSync(vm.path('/home/dev/stop'), '');
  expect(await site.start(['true'], SMALL)).toMatch(/^sess-/);
  // And once more, as an administrator does it.
  await vm.reboot();
  await site.nextAgent(0);
  await until(async () => (await site.session(again)).incarnation === 3, {
    what: 'the third life',
    deadlineMs: 60_000,
    everyMs: 100,
  });
  expect((await holdings(await site.tunnel())).live.map(({ id }) => id)).toContain(again);
  const total = bytes.reduce((sum, each) => sum + each, 0);
  console.log(
    `2 reboots: ${lost.length} sessions lost with ${total.toLocaleString('en')} bytes, 0 missing; ` +
      `1 ran again each time, ${heldSlots - 1} slot for it; ${kept.length} events, 0 gaps`,
  );
}, 300_000);
