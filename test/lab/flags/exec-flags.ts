/** The flags of `berth exec` and `berth ssh`: one look at each. More of them in exec*.test.ts and ssh-command.test.ts. */
import { expect } from 'vitest';
import type { Sandbox } from '../../support/sandbox.ts';

/** `name`: a session that runs on `local`, with the tag team=a. */
export function execFlags(sandbox: () => Sandbox, name: string): Record<string, () => Promise<void>> {
  const exec = (...args: string[]) => sandbox().berth(['exec', ...args]);
  return {
    'exec --terminal': async () => {
      expect((await exec('--terminal', name, 'tty')).code).toBe(2);
      // A pane that ends scrolls its first line away.
      const terminal = sandbox().berthTerminal(['exec', '-t', name, 'sh', '-c', 'echo; tty']);
      await terminal.waitForScreen(/^\/dev\/pts\/\d+/m);
      expect(await terminal.waitForExit()).toBe(0);
    },
    'exec --env': async () => {
      const script = 'echo "<$GIVEN>"';
      expect((await exec('-e', 'GIVEN=a b', name, 'sh', '-c', script)).stdout).toBe('<a b>\n');
      expect((await exec('--env', 'NOT_SET_HERE', name, 'true')).code).toBe(2);
    },
    'exec --directory': async () =>
      expect(await exec('--directory', '/usr', name, 'pwd')).toMatchObject({ code: 0, stdout: '/usr\n' }),
    'exec --all': async () =>
      expect((await exec('--all', 'printf', '%s', 'x')).stdout).toMatch(new RegExp(`^${name} \\| x$`, 'm')),
    'exec --host': async () => {
      expect((await exec('--host', 'local', 'echo', 'x')).stdout).toMatch(new RegExp(`^${name} \\| x$`, 'm'));
      expect((await exec('--host', 'nowhere', 'true')).code).toBe(4);
    },
    'exec --tag': async () => {
      expect(await exec('--tag', 'team=a', 'echo', 'x')).toMatchObject({ code: 0, stdout: `${name} | x\n` });
      expect((await exec('--tag', 'team=b', 'true')).code).toBe(4);
    },
    'exec --workers': async () => {
      expect((await exec('--tag', 'team=a', '--workers', '1', 'true')).code).toBe(0);
      expect((await exec('--tag', 'team=a', '--workers', '0', 'true')).code).toBe(2);
      expect((await exec('--workers', '1', name, 'true')).code).toBe(2);
    },
    'exec --timeout': async () => {
      expect(await exec('--timeout', '1s', name, 'sleep', '1000')).toMatchObject({ code: 124 });
      expect((await exec('--timeout', '0', name, 'true')).code).toBe(2);
    },
    'ssh --tmux-session': async () => {
      const attached = sandbox().berthTerminal(['ssh', 'local', '--tmux-session', name]);
      await attached.waitForScreen(/red/);
      attached.press('C-b', 'd');
      expect(await attached.waitForExit()).toBe(0);
    },
    'ssh --plain': async () =>
      expect(
        await sandbox().berth(['ssh', 'local', '--plain', '--', 'echo $((1 + 1)); exit 4']),
      ).toMatchObject({
        code: 4,
        stdout: '2\n',
      }),
  };
}
