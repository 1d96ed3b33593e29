/** Settings of notifications: each has an effect, from the file and from the environment. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { StandInNotifier } from '../support/stand-in-notifier.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';
import { WebhookServer } from '../support/webhook-server.ts';

let sandbox: Sandbox;
let notifier: StandInNotifier;
let server: WebhookServer;
/** What the player was called with. */
let played: () => string[];

beforeEach(async () => {
  sandbox = createSandbox();
  notifier = new StandInNotifier(sandbox);
  server = await WebhookServer.start();
  const file = join(sandbox.dir, 'played');
  const player = join(sandbox.dir, 'bin', 'paplay');
  writeFileSync(player, `#!/bin/sh\nprintf '%s\\n' "$*" >>'${file}'\n`);
  chmodSync(player, 0o755);
  played = () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

const config = (settings: Record<string, string>) =>
  sandbox.writeConfig(
    'config.yaml',
    Object.entries(settings)
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
      .join(''),
  );
const tested = () => sandbox.berth(['watch', '--notify', '--test']);

/** A watch that notifies, on its host. */
async function watching(settings: Record<string, string>) {
  config({ notify_dwell: '0', notify_dwell_other: '0', ...settings });
  await sandbox.startAgent();
  sandbox.spawnBerth(['watch', '--notify']);
  const cursor = join(sandbox.stateDir, 'cursors', 'notify.json');
  await until(() => existsSync(cursor), { what: 'the watch reached the host' });
}
const start = (name: string, script: string) =>
  startedId(sandbox, ['start', '--json', '--name', name, '--', 'bash', '-c', script]);
const ring = (name: string) => start(name, "printf '\\a'; sleep 1000");
const ask = (name: string) => start(name, "printf '\\033]9;Which?\\007'; sleep 1000");
const titles = () => notifier.shown.map(([title]) => title);
/** Names of sessions that wait to be told of. */
async function untilWaiting(...names: string[]) {
  const state = join(sandbox.stateDir, 'notify.json');
  const waiting = () =>
    (JSON.parse(readFileSync(state, 'utf8')) as { waiting: { sessionName: string }[] }).waiting.map(
      ({ sessionName }) => sessionName,
    );
  await until(() => waiting().join() === names.join(), { what: `${names} wait` });
}
/** A span of the clock around now. */
function aroundNow(): string {
  const clock = (ms: number) => new Date(Date.now() + ms).toTimeString().slice(0, 5);
  return `${clock(-3_600_000)}-${clock(3_600_000)}`;
}

const EFFECTS: Record<string, () => Promise<void>> = {
  notify_dwell: async () => {
    await watching({ notify_dwell: '1h' });
    await ask('asks');
    await untilWaiting('asks');
    await ring('rings');
    await notifier.waitFor(1);
    expect(titles()).toEqual(['rings on local rang']);
  },
  notify_dwell_other: async () => {
    await watching({ notify_dwell_other: '1h' });
    await ring('rings');
    await untilWaiting('rings');
    await ask('asks');
    await notifier.waitFor(1);
    expect(titles()).toEqual(['asks on local waits for you']);
  },
  notify_cooldown: async () => {
    await watching({ notify_cooldown: '1h' });
    const id = await start('rings', "printf '\\a'; read; printf '\\a'; sleep 1000");
    await notifier.waitFor(1);
    await sandbox.berth(['send', id, 'x', '--enter']);
    await untilWaiting('rings');
    expect(titles()).toHaveLength(1);
  },
  notify_kinds: async () => {
    await watching({ notify_kinds: 'input, error' });
    await ring('rings');
    await ask('asks');
    await notifier.waitFor(1);
    expect(titles()).toEqual(['asks on local waits for you']);
  },
  quiet_hours: async () => {
    await watching({ quiet_hours: aroundNow() });
    await ring('rings');
    await untilWaiting('rings');
    expect(titles()).toEqual([]);
  },
  quiet_except: async () => {
    await watching({ quiet_hours: aroundNow(), quiet_except: 'input' });
    await ring('rings');
    await untilWaiting('rings');
    await ask('asks');
    await notifier.waitFor(1);
    expect(titles()).toEqual(['asks on local waits for you']);
  },
  notifier: async () => {
    config({ notifier: 'terminal' });
    expect((await tested()).stdout).toMatch(/^✗ desktop \(terminal\)/);
  },
  sound: async () => {
    config({ sound: 'on' });
    expect((await tested()).stdout).toMatch(/^✓ sound \(paplay\): played permission-50\.wav$/m);
  },
  sound_volume: async () => {
    config({ sound: 'on', sound_volume: '20' });
    expect((await tested()).stdout).toMatch(/played permission-20\.wav/);
  },
  sound_cooldown: async () => {
    await watching({ sound: 'on', sound_cooldown: '1h' });
    await ring('one');
    await ring('two');
    await notifier.waitFor(2);
    expect(played()).toHaveLength(1);
  },
  sound_mute: async () => {
    config({ sound: 'on', sound_mute: 'permission,input' });
    expect((await tested()).stdout).toMatch(/played error-50\.wav/);
  },
  sound_dir: async () => {
    const directory = join(sandbox.dir, 'sounds');
    mkdirSync(directory);
    writeFileSync(join(directory, 'permission.ogg'), '');
    config({ sound: 'on', sound_dir: directory });
    expect((await tested()).stdout).toMatch(/played permission\.ogg/);
    expect(played()).toEqual([`--volume=32768 ${directory}/permission.ogg`]);
  },
  webhook: async () => {
    config({ webhook: `${server.url}/1 ${server.url}/2` });
    expect((await tested()).code).toBe(0);
    expect(server.received.map(({ path }) => path)).toEqual(['/secret-path/1', '/secret-path/2']);
  },
  webhook_format: async () => {
    config({ webhook: server.url, webhook_format: 'slack' });
    await tested();
    expect(server.taken).toMatchObject([{ blocks: [{}] }]);
  },
  webhook_secret: async () => {
    config({ webhook: server.url, webhook_secret: 'key' });
    await tested();
    expect(server.received[0]?.headers['berth-signature']).toMatch(/^t=\d+,v1=/);
  },
  pagerduty_routing_key: async () => {
    config({ webhook: server.url, webhook_format: 'pagerduty' });
    const without = await tested();
    expect([without.code, without.stderr]).toEqual([
      2,
      expect.stringMatching(/PagerDuty needs a routing key/),
    ]);
    config({ webhook: server.url, webhook_format: 'pagerduty', pagerduty_routing_key: 'key' });
    await tested();
    expect(server.taken).toMatchObject([{ routing_key: 'key' }, { routing_key: 'key' }]);
  },
};

describe('has an effect', () => {
  it.each(Object.keys(EFFECTS))('%s', async (key) => await EFFECTS[key]?.());
});

it('no setting is left out, each has its variable, and secrets are not shown', async () => {
  const keys = Object.keys(EFFECTS);
  const secrets = ['webhook', 'webhook_secret', 'pagerduty_routing_key'];
  const kinds = ['notify_kinds', 'quiet_except', 'sound_mute'];
  const values: Record<string, string> = { notifier: 'none', sound: 'on', webhook: 'http://h/key' };
  const written = (key: string) =>
    values[key] ??
    (kinds.includes(key)
      ? 'done'
      : key === 'quiet_hours'
        ? '1:00-2:00'
        : key === 'webhook_format'
          ? 'json'
          : '7');
  const env = Object.fromEntries(keys.map((key) => [`BERTH_${key.toUpperCase()}`, written(key)]));
  const { stdout } = await sandbox.berth(['config', '--show-origin'], { env });
  const own = stdout.split('\n').filter((line) => /^(notif|quiet|sound|webhook|pagerduty)/.test(line));
  expect(own.sort()).toEqual(
    keys.map((key) => `${key}: ${secrets.includes(key) ? '[redacted]' : written(key)}  # environment`).sort(),
  );
});

it.each([
  ['notify_kinds: done,beep', /notify_kinds: must be some of permission, input/],
  ['quiet_hours: 22-7', /quiet_hours: must be a span such as 22:00-07:00/],
  ['quiet_hours: 00:00-24:00', /quiet_hours: must be a span/],
  ['sound: loud', /sound: must be one of on, off/],
  ['sound_volume: 101', /sound_volume: must be a whole number from 0 to 100/],
  ['webhook: ftp://secret/', /webhook: must be http or https addresses/],
  ['notify_dwell: soon', /notify_dwell: must be a time/],
])('%s is refused', async (line, message) => {
  sandbox.writeConfig('config.yaml', `${line}\n`);
  const { code, stderr } = await sandbox.berth(['config']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(stderr).not.toContain('secret');
});
