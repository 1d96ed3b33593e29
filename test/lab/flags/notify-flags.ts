/** The flags of notifications; what they do in full is in notify.test.ts. */
import { expect } from 'vitest';
import { createSandbox } from '../../support/sandbox.ts';
import { StandInNotifier } from '../../support/stand-in-notifier.ts';
import { WebhookServer } from '../../support/webhook-server.ts';

/** What a test of all ways printed, without colours or names of ways that were not asked for. */
async function tested(...flags: string[]) {
  await using sandbox = createSandbox();
  new StandInNotifier(sandbox);
  sandbox.env.BERTH_PAGERDUTY_ROUTING_KEY = 'key';
  return await sandbox.berth(['watch', '--notify', '--test', ...flags]);
}

const aloneRefused = async (...flags: string[]) => {
  await using sandbox = createSandbox();
  const { code, stderr } = await sandbox.berth(['watch', ...flags]);
  expect([code, stderr]).toEqual([2, `berth: ${flags[0]} goes with --notify\n  hint: add --notify\n`]);
};

export const NOTIFY_FLAGS: Record<string, () => Promise<void>> = {
  'watch --notify': async () => {
    await using sandbox = createSandbox();
    sandbox.env.BERTH_NOTIFIER = 'none';
    expect(await sandbox.berth(['watch', '--notify'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/there is nobody to notify/),
    });
  },
  'watch --test': async () => {
    expect(await tested()).toMatchObject({ code: 0, stdout: '✓ desktop (notify-send): shown, with id 42\n' });
    await aloneRefused('--test');
  },
  'watch --webhook': async () => {
    await using server = await WebhookServer.start();
    await using other = await WebhookServer.start();
    expect((await tested('--webhook', server.url, '--webhook', other.url)).code).toBe(0);
    expect([...server.taken, ...other.taken]).toMatchObject([{ type: 'test' }, { type: 'test' }]);
    const bad = await tested('--webhook', 'file:///secret');
    expect(bad.code).toBe(2);
    expect(bad.stderr).toMatch(/--webhook takes an http or https address/);
    expect(bad.stderr).not.toMatch(/secret/);
    await aloneRefused('--webhook', server.url);
  },
  'watch --webhook-format': async () => {
    await using server = await WebhookServer.start();
    await tested('--webhook', server.url, '--webhook-format', 'pagerduty');
    expect(server.taken.map(({ event_action }) => event_action)).toEqual(['trigger', 'resolve']);
    await aloneRefused('--webhook-format', 'slack');
  },
  'watch --sound': async () => {
    const { stdout } = await tested('--sound');
    expect(stdout).toMatch(/^[✓✗] sound \(/m);
    await aloneRefused('--sound');
  },
};
