/** Editors as units of systemd, on a host that was given one over ssh. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { editorCalls, editorPage } from '../support/editor-calls.ts';
import { historyOf } from '../support/host-events.ts';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';
import { makeStandInEditor } from '../support/stand-in-editor.ts';
import { until } from '../support/until.ts';

test('an editor is brought, runs beside its session, and ends with it', async () => {
  await using lab = await openLab();
  await using laptop = new Laptop(lab);
  const vm = await lab.host('vm1', { sudo: true });
  await laptop.ok(['host', 'add', 'dev', `dev@${vm.address}`]);
  expect(await laptop.ok(['host', 'code', 'show', 'dev'])).toMatch(/^dev has no VS Code for sessions/);
  const from = makeStandInEditor(join(laptop.sandbox.dir, 'made'));
  const { code } = await laptop.json<{ code: object }>(['host', 'code', 'install', 'dev', '--from', from]);
  expect(code).toMatchObject({ program: 'code-server', version: '2.3.4' });

  await laptop.ok(['start', '--host', 'dev', '--name', 'one', '--', 'sleep', '10000']);
  const { session_id: id } = await laptop.json<{ session_id: string }>(['show', 'one']);
  const { socket } = await laptop.json<{ socket: string }>(['tunnel', 'dev']);
  const editors = editorCalls(socket);
  expect(await editors.open({ session: id })).toMatchObject({ state: 'ready', version: '2.3.4' });
  expect((await editorPage(socket, id, '/')).body).toBe('ok');
  const unit = `berth-${id}-editor.service`;
  const show = async (property: string) => {
    const { stdout } = await vm.run(
      ['systemctl', '--user', 'show', '--value', `--property=${property}`, unit],
      {
        user: 'dev',
      },
    );
    return stdout.trim();
  };
  expect(await show('ActiveState')).toBe('active');
  expect(await show('BindsTo')).toBe(`berth-${id}.service`);
  expect(await show('Slice')).toBe('berth.slice');
  expect(Number(await show('MemoryMax'))).toBeGreaterThanOrEqual(512 * 2 ** 20);
  // The words of the session are in no unit.
  expect(await show('Environment')).toBe(`BERTH_SESSION_ID=${id}`);

  await vm.run(['systemctl', '--user', 'restart', 'berthd.service'], { user: 'dev' });
  const again = await until(async () => await editors.get(id), {
    what: 'the agent is back',
    deadlineMs: 30_000,
  });
  expect(again.state).toBe('ready');
  expect((await editorPage(socket, id, '/')).body).toBe('ok');

  await laptop.ok(['suspend', 'one']);
  await expect(editorPage(socket, id, '/')).rejects.toMatchObject({ reason: 'SESSION_NOT_RUNNING' });
  await laptop.ok(['resume', 'one']);
  expect((await editorPage(socket, id, '/')).body).toBe('ok');

  await vm.run(['systemctl', '--user', 'kill', '--signal=KILL', unit], { user: 'dev' });
  const gone = async () => (await editors.get(id)).state === 'stopped';
  await until(gone, { what: 'its crash is noticed' });
  expect((await editors.get(id)).detail).toMatch(/^code-server ended by itself/);
  expect((await editors.open({ session: id })).state).toBe('ready');

  const alarms = async () => {
    const told = (await historyOf(socket)).map(({ fact }) => fact);
    return told.filter((fact) => fact.type === 'hostNotice' && fact.reason === 'EDITOR_FAILED').length;
  };
  expect(await alarms()).toBe(1);
  // By itself: its host ends the editor with it, and tells nobody that that failed.
  await vm.run(['pkill', '-f', '^sleep 10000'], { user: 'dev' });
  await until(async () => (await show('ActiveState')) === 'inactive', { what: 'it ended with its session' });
  await until(gone, { what: 'the agent knows' });
  expect(await alarms()).toBe(1);
  expect((await editors.get(id)).detail).toBe('');
});
