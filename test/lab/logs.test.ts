/** journald has one JSON line of each call that changes something, and no secret is anywhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSharedHost, type SharedHost } from '../support/lab/shared-host.ts';
import { run } from '../support/running.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const SECRET = 's3cret-0f5a9c';

let host: SharedHost;

beforeAll(async () => {
  host = await openSharedHost({ settings: { BERTHD_MEMORY_CAPACITY: '800M', BERTHD_SLOTS: '8' } });
  await host.lab.host('vm2', { sudo: true });
  const { code, stderr } = await host.sandbox.berth(['host', 'add', 'mine', 'vm2'], { timeoutMs: 120_000 });
  expect(code, stderr).toBe(0);
});
afterAll(() => host?.[Symbol.asyncDispose]());

/** Lines that the agent wrote, as journald has them. */
async function logLines(remote: string): Promise<Record<string, unknown>[]> {
  const argv =
    remote === 'dev'
      ? ['ssh', '-F', host.lab.sshConfig, 'root@vm1', 'journalctl -u berthd@dev -o json']
      : ['ssh', '-F', host.lab.sshConfig, 'vm2', 'journalctl --user -u berthd -o json'];
  const { code, stdout, stderr } = await run(argv, { env: process.env });
  expect(code, stderr).toBe(0);
  const entries = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  return entries
    .filter(({ SYSLOG_IDENTIFIER }) => SYSLOG_IDENTIFIER === 'berthd')
    .map(({ MESSAGE }) => JSON.parse(MESSAGE ?? '') as Record<string, unknown>);
}

describe.each(['dev', 'mine'])('the agent of %s', (remote) => {
  test('logs a start with the ids of the request and the call', async () => {
    const requestId = `lab-${remote}-1`;
    const argv = ['start', '--json', '--host', remote, '--request-id', requestId, '--', 'true'];
    const id = await startedId(host.sandbox, argv);
    const found = await until(
      async () => {
        const lines = (await logLines(remote)).filter(({ request }) => request === requestId);
        return lines.length > 0 ? lines : null;
      },
      { what: 'the line in the journal' },
    );
    expect(found).toEqual([
      expect.objectContaining({
        level: 30,
        program: 'berthd',
        method: 'Start',
        session: id,
        state: expect.any(String),
        call: expect.stringMatching(/^[0-9a-f-]{36}$/),
        msg: 'started',
      }),
    ]);
  });

  test('logs what it refused, with the reason', async () => {
    const { code } = await host.sandbox.berth(['start', '--host', remote, '--memory', '9T', '--', 'true']);
    expect(code).toBe(5);
    const refused = async () => (await logLines(remote)).find(({ msg }) => msg === 'call refused');
    expect(await until(refused, { what: 'the line in the journal' })).toMatchObject({
      method: 'Start',
      reason: expect.stringMatching(/^[A-Z_]+$/),
      call: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('keeps a secret of a session from journal, units, arguments and files', async () => {
    const script = 'printf %s "$TOKEN" | wc -c; echo letters; read -r';
    const begin = [
      'start',
      '--json',
      '--host',
      remote,
      '--env',
      `TOKEN=${SECRET}`,
      '--',
      'bash',
      '-c',
      script,
    ];
    const id = await startedId(host.sandbox, begin);
    const spoke = async () => (await host.sandbox.berth(['output', id])).stdout.includes('letters');
    await until(spoke, { what: 'the session has its secret' });
    expect((await host.sandbox.berth(['output', id])).stdout).toContain(`${SECRET.length}\nletters`);
    // The pattern does not find itself.
    const look = `pattern='${SECRET.slice(0, 4)}[${SECRET[4]}]${SECRET.slice(5)}'
      journalctl -o export --no-pager | grep -ac -- "$pattern"
      systemctl show 'berth*' | grep -ac -- "$pattern"
      ps -eww -o args | grep -ac -- "$pattern"
      grep -rlas -- "$pattern" /run /var/lib /var/log /etc /home /root /tmp
      true`;
    const vm = remote === 'dev' ? 'vm1' : 'vm2';
    const argv = ['ssh', '-F', host.lab.sshConfig, `root@${vm}`, look];
    const { stdout, stderr } = await run(argv, { env: process.env, timeoutMs: 60_000 });
    expect(stdout + stderr).toBe('0\n0\n0\n');
    const events = await host.sandbox.berth(['show', id, '--json']);
    expect(events.stdout).not.toContain(SECRET);
    expect((await host.sandbox.berth(['kill', id, '--grace', '1s'])).code).toBe(0);
  });
});
