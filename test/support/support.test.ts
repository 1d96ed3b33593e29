/** The tools of the tests, tried on programs of the machine: they must notice what goes wrong. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LONG } from './longest-first.ts';
import { findMarked } from './marker.ts';
import { ROOT } from './programs.ts';
import { Running, run } from './running.ts';
import { createSandbox } from './sandbox.ts';
import { until } from './until.ts';

test('until gives the value, or names what did not come and why', async () => {
  let looks = 0;
  expect(await until(() => ++looks === 3 && 'here', { what: 'a third look', everyMs: 1 })).toBe('here');
  const never = until(
    () => {
      throw new Error('not yet');
    },
    { what: 'the impossible', deadlineMs: 20, everyMs: 5 },
  );
  await expect(never).rejects.toMatchObject({
    message: 'did not happen within 20 ms: the impossible',
    cause: { message: 'not yet' },
  });
});

test('a program gets its input and gives its code and both outputs', async () => {
  const { code, stdout, stderr } = await run(['sh', '-c', 'cat; echo oops >&2; exit 3'], {
    env: process.env,
    input: 'in',
  });
  expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: 'in', stderr: 'oops\n' });
});

test('a program that takes too long is ended, with what it printed in the error', async () => {
  const slow = run(['sh', '-c', 'echo begun; exec sleep 60'], { env: process.env, timeoutMs: 200 });
  await expect(slow).rejects.toThrow(/took longer than 200 ms[\s\S]*begun/);
});

test('waiting for text fails at once where the program ended without it', async () => {
  await using program = new Running(['sh', '-c', 'echo one; echo two'], { env: process.env });
  await program.waitForText(/two/);
  await expect(program.waitForText(/three/)).rejects.toThrow(/ended before it printed[\s\S]*one\ntwo/);
});

test('a terminal shows, takes keys, resizes and tells the exit code', async () => {
  await using sandbox = createSandbox();
  const terminal = sandbox.terminal(['sh', '-c', 'read -r x; echo "got $x"; read -r y; stty size; exit 7']);
  terminal.type('héllo $(id)');
  terminal.press('Enter');
  await terminal.waitForScreen(/got héllo \$\(id\)/);
  terminal.resize(100, 30);
  terminal.press('Enter');
  await terminal.waitForScreen(/30 100/);
  expect(await terminal.waitForExit()).toBe(7);
});

test('a sandbox ends what was started in it, however it hid, and removes itself', async () => {
  const sandbox = createSandbox();
  const hide = async (command: string) => {
    await run(['sh', '-c', `setsid ${command} >/dev/null 2>&1 &`], { env: sandbox.env, cwd: sandbox.home });
  };
  await hide('env -i /bin/sleep 987'); // betrayed by its working directory
  await hide('env -C / sleep 986'); // by its environment
  await hide(`env -i -C / sh -c "sleep 985; :" ${sandbox.dir}`); // by its arguments
  await until(() => findMarked([sandbox.dir]).length === 4, {
    what: 'they and the child of the last are found',
  });
  await sandbox[Symbol.asyncDispose]();
  expect(findMarked([sandbox.dir])).toEqual([]);
  expect(existsSync(sandbox.dir)).toBe(false);
});

test.each(LONG)('%s, which is to begin early, is a file of tests', (name) =>
  expect(existsSync(`${ROOT}/${name}.test.ts`)).toBe(true),
);
