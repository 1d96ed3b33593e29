/** `berth exec` in many sessions: told apart, each with its time, the worst exit code. */
import { expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';

const lines = (text: string) => text.split('\n').filter(Boolean).sort();

it('runs in all that are meant, and tells what each printed', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await sandbox.startAgent({ name: 'dev' });
  await using sshd = await TestSshd.start(sandbox, { name: 'dev' });
  configureHosts(sandbox, [{ sshd }]);
  const start = (host: string, name: string, ...flags: string[]) =>
    startedId(sandbox, ['start', '--json', '--host', host, '--name', name, ...flags, '--', 'sleep', '1000']);
  await Promise.all([
    start('local', 'one', '--tag', 'team=a'),
    start('dev', 'two', '--tag', 'team=b'),
    start('dev', 'three', '--tag', 'team=a'),
  ]);

  const script =
    'printf "$BERTH_SESSION_NAME\\nlast"; echo err >&2; [ "$BERTH_SESSION_NAME" != two ] || exit 5';
  const all = await sandbox.berth(['exec', '--all', '--', 'sh', '-c', script]);
  expect(all.code).toBe(5);
  expect(lines(all.stdout)).toEqual(
    ['one', 'three', 'two'].flatMap((name) => [`${name} | ${name}`, `${name} | last`]).sort(),
  );
  expect(lines(all.stderr)).toEqual(['berth: two: exited with 5', 'one | err', 'three | err', 'two | err']);

  const tagged = await sandbox.berth(['exec', '--tag', 'team=a', '--host', 'dev', 'hostname']);
  expect(tagged).toMatchObject({ code: 0, stdout: expect.stringMatching(/^three \| \S+\n$/) });

  const many = await sandbox.json<{ sessions: object[] }>(['exec', '--host', 'dev', '--workers', '1'], {
    input: 'echo "$BERTH_SESSION_NAME script"; echo e >&2',
  });
  expect(many.sessions).toHaveLength(2);
  expect(many.sessions).toContainEqual(
    expect.objectContaining({
      name: 'two',
      vm_name: 'dev',
      exit_code: 0,
      stdout: 'two script\n',
      stderr: 'e\n',
      timed_out: false,
      error: null,
    }),
  );

  const late = 'if [ "$BERTH_SESSION_NAME" = one ]; then sleep 1000; fi; echo done';
  const timed = await sandbox.berth(['exec', '-a', '--timeout', '2s', '--', 'sh', '-c', late]);
  expect(timed.code).toBe(124);
  expect(lines(timed.stdout)).toEqual(['three | done', 'two | done']);
  expect(timed.stderr).toBe('berth: one: ended after 2 s: its time ran out\n');

  expect((await sandbox.berth(['exec', '--tag', 'team=none', 'true'])).code).toBe(4);
  await sshd.stop();
  const cut = await sandbox.berth(['exec', '--all', 'true']);
  expect(cut.code).toBe(3);
  expect(cut.stderr).toMatch(/^berth: host dev: unreachable: /m);
});
