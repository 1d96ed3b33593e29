/** Notifications, from a session that asks to the notifier and the webhook, through the real programs. */
import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HostEvents } from '../support/host-events.ts';
import { BERTH } from '../support/programs.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { StandInNotifier } from '../support/stand-in-notifier.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';
import { WebhookServer } from '../support/webhook-server.ts';

let sandbox: Sandbox;
let notifier: StandInNotifier;
let server: WebhookServer;

beforeEach(async () => {
  sandbox = createSandbox();
  notifier = new StandInNotifier(sandbox);
  server = await WebhookServer.start();
  Object.assign(sandbox.env, { BERTH_NOTIFY_DWELL: '0', BERTH_NOTIFY_DWELL_OTHER: '0' });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

const start = (name: string, script: string) =>
  startedId(sandbox, ['start', '--json', '--name', name, '--', 'bash', '-c', script]);
const ring = (name: string) => start(name, `echo "line of ${name}"; printf '\\a'; sleep 1000`);

const of = (session: string, type: string) => (event: { sessionId: string; fact: { type: string } }) =>
  event.sessionId === session && event.fact.type === type;

/** A watch that notifies; it has reached the host when this resolves. */
async function watching(...flags: string[]) {
  const watch = sandbox.spawnBerth(['watch', '--notify', ...flags]);
  const cursor = join(sandbox.stateDir, 'cursors', 'notify.json');
  await until(() => existsSync(cursor) && readFileSync(cursor, 'utf8').includes('local'), {
    what: 'the watch reached the host',
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${watch.stderr}`);
  });
  return watch;
}

describe('the desktop', () => {
  test('shows a bell once, and the event is printed as well', async () => {
    await sandbox.startAgent();
    const watch = await watching('--only', 'attention');
    await ring('rings');
    const [argv] = await notifier.waitFor(1);
    expect(argv).toEqual([
      '--print-id',
      '--app-name=berth',
      '--urgency=low',
      '--category=im.received',
      '--',
      'rings on local rang',
      expect.stringContaining('line of rings'),
    ]);
    await watch.waitForText(/rings/);
    await ring('second');
    await notifier.waitFor(2);
    expect(notifier.shown.map(([title]) => title)).toEqual(['rings on local rang', 'second on local rang']);
  });

  test('shows hostile text as text', async () => {
    await sandbox.startAgent();
    await watching();
    const id = await start('evil', 'sleep 1000');
    const { workspace } = await sandbox.json<{ workspace: string }>(['show', id]);
    const reason = `--help \u001b[31m<b>$(touch pwned)\`touch pwned\`</b> & "quoted"`;
    const file = join(workspace, '..', 'status', 'tool.json');
    writeFileSync(file, JSON.stringify({ status: 'permission', message: reason }));
    const [argv = []] = await notifier.waitFor(1);
    expect(argv).toContain('--urgency=critical');
    expect(argv.at(-2)).toBe('evil on local asks for permission');
    expect(argv.at(-1)).toBe('--help &lt;b&gt;$(touch pwned)`touch pwned`&lt;/b&gt; &amp; "quoted"');
    expect(readdirSync(sandbox.home)).not.toContain('pwned');
  });

  test('replaces the notification of the same session', async () => {
    sandbox.env.BERTH_NOTIFY_COOLDOWN = '0';
    await sandbox.startAgent();
    await watching();
    const id = await ring('twice');
    await notifier.waitFor(1);
    await ring('other');
    await notifier.waitFor(2);
    const { workspace } = await sandbox.json<{ workspace: string }>(['show', id]);
    writeFileSync(join(workspace, '..', 'status', 'tool.json'), '{"status":"permission","message":"m"}');
    const calls = await notifier.waitFor(3);
    expect(calls[2]).toContain('--replace-id=42');
  });

  test('a notifier that fails is told of once', async () => {
    new StandInNotifier(sandbox, 'echo no bus >&2; exit 1');
    await sandbox.startAgent();
    const watch = await watching();
    await ring('one');
    await watch.waitForText(/berth: notify-send could not show a notification: no bus\n {2}hint: /);
  });
});

test('nothing is told while a person types into the session, and it is once they left', async () => {
  await sandbox.startAgent();
  const watch = await watching('--only', 'attention');
  await start('looked-at', "echo ready; read; printf '\\a'; sleep 1000");
  const terminal = sandbox.berthTerminal(['attach', 'looked-at']);
  await terminal.waitForScreen(/ready/);
  const looking = join(sandbox.runtimeDir, 'looking');
  terminal.press('Enter');
  await until(() => readdirSync(looking).length === 1, { what: 'the attach says that somebody looks' });
  await watch.waitForText(/looked-at/);
  await ring('elsewhere');
  await notifier.waitFor(1);
  expect(notifier.shown.map(([title]) => title)).toEqual(['elsewhere on local rang']);
  terminal.press('C-b', 'd');
  expect(await terminal.waitForExit()).toBe(0);
  expect(readdirSync(looking)).toEqual([]);
  await notifier.waitFor(2);
  expect(notifier.shown[1]?.[0]).toBe('looked-at on local rang');
});

test('a terminal that comes to the front has answered nothing', async () => {
  const agent = await sandbox.startAgent();
  using events = new HostEvents(agent.socket);
  const id = await ring('rings');
  await events.find(of(id, 'attentionRaised'));
  const terminal = sandbox.berthTerminal(['attach', 'rings']);
  await terminal.waitForScreen(/line of rings/);
  terminal.type('\u001b[I');
  const looking = join(sandbox.runtimeDir, 'looking');
  await until(() => readdirSync(looking).length === 1, { what: 'somebody looks' });
  terminal.type('\u001b[O');
  const file = () => readFileSync(join(looking, readdirSync(looking)[0] ?? ''), 'utf8');
  await until(() => file().includes('"in_front":false'), { what: 'nobody looks' });
  // What was typed before is through when the other end lets go.
  await sandbox.berthTerminal(['attach', 'rings', '--detach-others']).waitForScreen(/line of rings/);
  expect(await terminal.waitForExit()).toBe(0);
  await events.find(of(await ring('later'), 'attentionRaised'));
  expect(events.facts(id, 'attentionCleared')).toEqual([]);
  await sandbox.berth(['send', id, 'x']);
  await events.find(of(id, 'attentionCleared'));
});

test('what came while the watch was away is told once, many as one', async () => {
  const agent = await sandbox.startAgent();
  using events = new HostEvents(agent.socket);
  const first = await watching();
  first.kill('SIGINT');
  await first.finished;
  const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'];
  for (const name of names) await ring(name);
  const seenTo = await ring('seen-to');
  await events.find(of(seenTo, 'attentionRaised'));
  await sandbox.berth(['send', seenTo, 'x']);
  await events.find(of(seenTo, 'attentionCleared'));
  const second = await watching();
  const [call = []] = await notifier.waitFor(1);
  expect(call.at(-2)).toBe('6 sessions asked for you while you were away');
  for (const name of names) expect(call.at(-1)).toContain(`${name} on local rang`);
  second.kill('SIGKILL');
  await second.finished;
  await watching();
  await ring('later');
  await notifier.waitFor(2);
  expect(notifier.shown[1]?.[0]).toBe('later on local rang');
});

test('what was not told yet when the watch was killed is told by the next', async () => {
  sandbox.env.BERTH_NOTIFY_DWELL_OTHER = '1h';
  await sandbox.startAgent();
  const watch = await watching();
  await ring('waits');
  const state = join(sandbox.stateDir, 'notify.json');
  await until(() => readFileSync(state, 'utf8').includes('waits'), { what: 'it is kept' });
  watch.kill('SIGKILL');
  await watch.finished;
  const kept = JSON.parse(readFileSync(state, 'utf8')) as { waiting: { ripe: number }[] };
  expect(kept.waiting).toHaveLength(1);
  for (const item of kept.waiting) item.ripe = 0;
  writeFileSync(state, JSON.stringify(kept));
  await watching();
  await notifier.waitFor(1);
  expect(notifier.shown[0]?.[0]).toBe('waits on local rang');
});

describe('a webhook', () => {
  test('is told until it takes it, also by the next client, signed and with the same id', async () => {
    sandbox.env.BERTH_WEBHOOK_SECRET = 'a secret';
    await sandbox.startAgent();
    server.answers.push(503, [503, { 'retry-after': '3600' }]);
    const watch = await watching('--webhook', server.url);
    const id = await ring('rings');
    await server.waitFor(2);
    const outbox = join(sandbox.stateDir, 'outbox');
    expect(readdirSync(outbox)).toHaveLength(1);
    const kept = readFileSync(join(outbox, readdirSync(outbox)[0] ?? ''), 'utf8');
    expect(kept).not.toMatch(/secret/);
    watch.kill('SIGKILL');
    await watch.finished;
    expect(watch.stderr).toMatch(
      /berth: webhook http:\/\/127\.0\.0\.1:\d+\/… \(json\) does not take it yet: it answered 503/,
    );
    expect(watch.stderr).not.toMatch(/secret/);

    await watching('--webhook', server.url);
    await server.waitFor(3);
    await until(() => readdirSync(outbox).length === 0, { what: 'the outbox is empty' });
    const [first, , third] = server.received;
    expect(third?.body).toBe(first?.body);
    const body = JSON.parse(third?.body ?? '') as Record<string, unknown>;
    expect(body).toMatchObject({
      id: `${body.journal_id}-${body.number}`,
      type: 'attention',
      host: 'local',
      session_id: id,
      session_name: 'rings',
      kind: 'bell',
      line: 'line of rings',
      standing: true,
    });
    for (const { headers, body: text } of server.received) {
      expect(headers['idempotency-key']).toBe(body.id);
      const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['berth-signature'])) ?? [];
      expect(v1).toBe(createHmac('sha256', 'a secret').update(`${t}.${text}`).digest('hex'));
    }
  });

  test('that refuses is given up on, and the next delivery goes out', async () => {
    await sandbox.startAgent();
    server.answers.push(404);
    const watch = await watching('--webhook', server.url);
    await ring('one');
    await watch.waitForText(/\(json\) was not told of \S+: it answered 404; given up/);
    await ring('two');
    await server.waitFor(2);
    expect(server.taken).toMatchObject([{ session_name: 'two' }]);
  });

  test('of Slack', async () => {
    await sandbox.startAgent();
    await watching('--webhook', server.url, '--webhook-format', 'slack');
    await start('asks', "printf '\\033]9;<!channel> & co\\007'; sleep 1000");
    await server.waitFor(1);
    const [body] = server.taken;
    expect(Object.keys(body ?? {})).toEqual(['text', 'blocks']);
    expect(body).toMatchObject({
      text: 'asks on local waits for you',
      blocks: [
        {
          type: 'section',
          text: { type: 'mrkdwn', text: expect.stringContaining('&lt;!channel&gt; &amp; co') },
        },
      ],
    });
  });

  test('of PagerDuty, whose incident ends with the attention', async () => {
    sandbox.env.BERTH_PAGERDUTY_ROUTING_KEY = 'routing';
    await sandbox.startAgent();
    await watching('--webhook', server.url, '--webhook-format', 'pagerduty');
    const id = await ring('pages');
    await server.waitFor(1);
    await sandbox.berth(['send', id, 'x']);
    await server.waitFor(2);
    const [trigger, resolve] = server.taken;
    expect(trigger).toMatchObject({
      routing_key: 'routing',
      event_action: 'trigger',
      dedup_key: expect.stringMatching(/^berth-/),
      payload: { source: 'local', severity: 'info', class: 'bell', component: 'pages' },
    });
    expect(resolve).toEqual({
      routing_key: 'routing',
      event_action: 'resolve',
      dedup_key: trigger?.dedup_key,
    });
  });
});

describe('--test', () => {
  test('tells each way and what it answered', async () => {
    sandbox.env.BERTH_SOUND_DIR = '/nowhere';
    const { code, stdout } = await sandbox.berth(['watch', '--notify', '--test', '--webhook', server.url]);
    expect(stdout).toMatch(
      /^✓ desktop \(notify-send\): shown, with id 42\n✓ webhook http:\S+\/… \(json\): answered 200\n$/,
    );
    expect(code).toBe(0);
    expect(notifier.shown).toEqual([['berth: a test', 'Notifications reach you here.']]);
    expect(server.taken).toMatchObject([{ type: 'test' }]);
  });

  test('fails where one failed', async () => {
    server.answers.push(401);
    const args = ['watch', '--notify', '--test', '--webhook', server.url, '--json'];
    const { code, stdout } = await sandbox.berth(args);
    expect(code).toBe(1);
    const { tests } = JSON.parse(stdout) as { tests: unknown[] };
    expect(tests).toMatchObject([
      { channel: 'desktop (notify-send)', ok: true },
      { ok: false, answer: expect.stringMatching(/^it did not take a test: it answered 401$/) },
    ]);
  });

  test('rings the terminal where there is no notifier', async () => {
    sandbox.env.BERTH_NOTIFIER = 'terminal';
    expect(await sandbox.berth(['watch', '--notify', '--test'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^✗ desktop \(terminal\): .*there is no notifier/),
    });
    // The shell stays, so that the screen does: tmux 3.3 at times drops what a program printed last.
    const terminal = sandbox.terminal([
      'sh',
      '-c',
      '"$@"; echo "exit $?"; read _',
      'sh',
      ...BERTH,
      'watch',
      '--notify',
      '--test',
    ]);
    await terminal.waitForScreen(/✓ desktop \(terminal\): rang\nexit 0/);
  });
});

test('only one watch notifies', async () => {
  await sandbox.startAgent();
  await watching();
  const { code, stderr } = await sandbox.berth(['watch', '--notify']);
  expect(code).toBe(7);
  expect(stderr).toMatch(/another berth watch --notify runs/);
});

test('a sound is played, the own file where there is one', async () => {
  const played = join(sandbox.dir, 'played');
  const player = join(sandbox.dir, 'bin', 'paplay');
  writeFileSync(player, `#!/bin/sh\nprintf '%s\\n' "$*" >>'${played}'\n`, { mode: 0o755 });
  const sounds = join(sandbox.dir, 'sounds');
  sandbox.writeConfig('config.yaml', 'sound_volume: 80\n');
  expect(await sandbox.berth(['watch', '--notify', '--test', '--sound'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/✓ sound \(paplay\): played permission-80\.wav/),
  });
  await sandbox.startAgent();
  sandbox.env.BERTH_SOUND_DIR = sounds;
  mkdirSync(sounds);
  writeFileSync(join(sounds, 'bell.ogg'), '');
  await watching('--sound');
  await ring('rings');
  const heard = () => readFileSync(played, 'utf8').trimEnd().split('\n');
  await until(() => heard().length === 2, { what: 'two sounds' });
  expect(heard()[0]).toMatch(/sounds\/permission-80\.wav$/);
  expect(heard()[1]).toBe(`--volume=52429 ${join(sounds, 'bell.ogg')}`);
});
