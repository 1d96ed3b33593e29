/** The flags of `berth code`, as far as they show without an editor; with one: in test/web. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Running } from '../../support/running.ts';
import { createSandbox, type Sandbox } from '../../support/sandbox.ts';
import { configureHosts, TestSshd } from '../../support/sshd.ts';
import { giveStandInEditor } from '../../support/stand-in-editor.ts';
import { startedId } from '../../support/started.ts';
import { until } from '../../support/until.ts';

/** Another sandbox, with an editor and a session `one`. */
async function withEditor(work: (own: Sandbox) => Promise<void>): Promise<void> {
  await using own = createSandbox();
  giveStandInEditor(own);
  await own.startAgent();
  await startedId(own, ['start', '--json', '--name', 'one', '--', 'sleep', '1000']);
  await work(own);
}

async function idledOut(running: Running, own: Sandbox): Promise<void> {
  await running.waitForText(/http:/);
  const left = () => readdirSync(join(own.runtimeDir, 'e')).length === 0;
  await until(left, { what: 'the idle editor is ended' });
  const { code, stderr } = await running.finished;
  expect({ code, stderr }).toEqual({
    code: 7,
    stderr: expect.stringMatching(/\nberth: the editor of \S+ has ended\n {2}hint: .*berth code sess-\S+\n$/),
  });
}

const stopped = async (own: Sandbox) => {
  const { editor } = await own.json<{ editor: { state: string } }>(['code', 'one', '--stop']);
  return editor.state;
};

export const CODE_FLAGS: Record<string, () => Promise<void>> = {
  'code --print-url': () =>
    withEditor(async (own) => {
      const opened = join(own.dir, 'opened');
      const browser = join(own.dir, 'browser');
      writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" >${opened}.new\nmv ${opened}.new ${opened}\n`, {
        mode: 0o755,
      });
      await using quiet = own.spawnBerth(['code', 'one', '--print-url'], { env: { BROWSER: browser } });
      const url = /http:\/\/[0-9a-f]{32}\.localhost:\d+\/\.berth\/enter\?ticket=\S+/;
      await quiet.waitForText(url);
      await quiet.waitForText(/until ctrl-C/);
      expect(existsSync(opened)).toBe(false);
      await using loud = own.spawnBerth(['code', 'one'], { env: { BROWSER: browser } });
      const [printed] = await loud.waitForText(url);
      await until(() => existsSync(opened), { what: 'the browser is started' });
      expect(readFileSync(opened, 'utf8')).toBe(printed);
      loud.kill('SIGINT');
      expect((await loud.finished).code).toBe(130);
      expect((await own.berth(['kill', 'one'])).code).toBe(0);
      const { code, stderr } = await quiet.finished;
      expect({ code, stderr }).toEqual({
        code: 7,
        stderr: expect.stringMatching(/\nberth: session \S+ has ended: it is \S+\n {2}hint: .*\n$/),
      });
    }),
  'code --stop': () =>
    withEditor(async (own) => {
      await using running = own.spawnBerth(['code', 'one', '--print-url', '--json']);
      await running.waitForText(/"state":"ready"/);
      expect((await own.berth(['code', 'one', '--stop'])).stdout).toMatch(
        /^the editor of \S+ \(one\) is ended\n/,
      );
      expect(await stopped(own)).toBe('stopped');
    }),
  'code --idle': () =>
    withEditor(async (own) => {
      await using running = own.spawnBerth(['code', 'one', '--print-url', '--idle', '50ms']);
      await idledOut(running, own);
      // For those that nobody gives a time.
      await using usual = own.spawnBerth(['code', 'one', '--print-url'], {
        env: { BERTH_CODE_IDLE: '50ms' },
      });
      await idledOut(usual, own);
      expect((await own.berth(['code', 'one', '--idle', 'soon'])).code).toBe(2);
      expect((await own.berth(['code', 'one', '--idle', '1h', '--stop'])).code).toBe(2);
    }),
  'code --desktop': () =>
    withEditor(async (own) => {
      const local = await own.berth(['code', 'one', '--desktop']);
      expect({ code: local.code, stderr: local.stderr }).toEqual({
        code: 6,
        stderr: expect.stringMatching(/is on this machine: .*\n {2}hint: open it directly: code \/\S+\n/),
      });
      expect((await own.berth(['code', 'one', '--desktop', '--stop'])).code).toBe(2);
      await onDesktop();
    }),
};

/** A session of another host, in a VS Code that writes down what it is to open. */
async function onDesktop(): Promise<void> {
  await using own = createSandbox();
  await own.startAgent({ name: 'dev' });
  await using sshd = await TestSshd.start(own, { name: 'dev' });
  configureHosts(own, [{ sshd }]);
  await startedId(own, ['start', '--json', '--host', 'dev', '--name', 'one', '--', 'sleep', '1000']);
  const { workspace } = await own.json<{ workspace: string }>(['show', 'one']);
  const [bin, asked] = [join(own.dir, 'bin'), join(own.dir, 'asked')];
  mkdirSync(bin);
  const script = `#!/bin/sh\necho "$*" >${asked}.new\nmv ${asked}.new ${asked}\n`;
  writeFileSync(join(bin, 'code'), script, { mode: 0o755 });
  const { stdout } = await own.berth(['code', 'one', '--desktop'], {
    env: { PATH: `${bin}:${own.env.PATH}` },
  });
  expect(stdout).toBe(`vscode://vscode-remote/ssh-remote+dev${workspace}?windowId=_blank\n`);
  await until(() => existsSync(asked), { what: 'VS Code is started' });
  expect(readFileSync(asked, 'utf8')).toBe(`--folder-uri vscode-remote://ssh-remote+dev${workspace}\n`);
}
