/** What the flags about a session's workspace do: of `start`, `pull` and `diff`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { newRepository, type TestGit } from '../../support/git-home.ts';
import type { Sandbox } from '../../support/sandbox.ts';
import { startedId } from '../../support/started.ts';

export function workspaceFlags(of: () => Sandbox): Record<string, () => Promise<void>> {
  let made = 0;
  /** A repository with one commit, another branch, and a file that is not committed. */
  function repository(): { at: string; git: TestGit } {
    const at = join(of().home, `repository-${++made}`);
    const git = newRepository(at);
    writeFileSync(join(at, 'a.txt'), 'one\n');
    git('add', '.');
    git('commit', '-q', '-m', 'first');
    git('checkout', '-q', '-b', 'other');
    writeFileSync(join(at, 'other.txt'), 'x\n');
    git('add', '.');
    git('commit', '-q', '-m', 'other');
    git('checkout', '-q', 'main');
    writeFileSync(join(at, 'new.txt'), 'new\n');
    return { at, git };
  }
  /** Names of the files that a session begins with. */
  const beginning = async (cwd: string, ...flags: string[]) =>
    (await of().berth(['start', ...flags, '--follow', '--', 'ls', '-1'], { cwd })).stdout;
  const edited = async (cwd: string, script = 'echo two > a.txt') =>
    await startedId(of(), ['start', '--json', '--wait', '--', 'sh', '-c', script], { cwd });
  const pulled = async (cwd: string, ...args: string[]) => await of().berth(['pull', ...args], { cwd });

  return {
    'start --directory': async () => {
      const { at } = repository();
      expect(await beginning(of().home, '--directory', at)).toBe('a.txt\nnew.txt\n');
      expect((await of().berth(['start', '--directory', 'x', '--', 'true'])).code).toBe(2);
    },
    'start --repo': async () => {
      const { at } = repository();
      expect(await beginning(of().home, '--repo', at)).toBe('a.txt\nnew.txt\n');
      expect(await beginning(of().home, '--repo', `file://${at}`)).toMatch(/\na\.txt\n$/);
      const none = await of().berth(['start', '--repo', of().dir, '--', 'true']);
      expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/it is in no git repository/) });
      const secret = await of().berth(['start', '--repo', 'https://a:b@localhost/x', '--', 'true']);
      expect(secret).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/cannot hold a password or token/),
      });
    },
    'start --no-repo': async () => {
      const { at } = repository();
      expect(await beginning(at, '--no-repo')).toBe('');
      expect((await of().berth(['start', '--no-repo', '--clean', '--', 'true'])).code).toBe(2);
    },
    'start --branch': async () =>
      expect(await beginning(repository().at, '--branch', 'other')).toBe('a.txt\nother.txt\n'),
    'start --clean': async () => expect(await beginning(repository().at, '--clean')).toBe('a.txt\n'),
    'start --depth': async () => {
      const { at, git } = repository();
      git('commit', '-q', '--allow-empty', '-m', 'second');
      const log = ['--follow', '--', 'git', '--no-pager', 'log', '--format=:%s'];
      const args = ['start', '--repo', `file://${at}`, '--depth', '1', ...log];
      expect((await of().berth(args)).stdout).toMatch(/\n:second\n$/);
      expect((await of().berth(['start', '--depth', '1', '--', 'true'], { cwd: at })).code).toBe(2);
    },
    'start --allow-secrets': async () => {
      const { at } = repository();
      writeFileSync(join(at, '.env'), 'KEY=value\n');
      const stopped = await of().berth(['start', '--', 'true'], { cwd: at });
      expect(stopped).toMatchObject({
        code: 6,
        stderr: expect.stringMatching(/\.env:1: \.env file \(KEY=…\)/),
      });
      expect(stopped.stderr).not.toContain('value');
      expect(await beginning(at, '--allow-secrets')).toBe('a.txt\nnew.txt\n');
    },
    'pull --branch': async () => {
      const { at, git } = repository();
      expect((await pulled(at, await edited(at), '--branch', 'mine')).code).toBe(0);
      expect(git('show', 'mine:a.txt')).toBe('two');
    },
    'pull --into': async () => {
      const { at, git } = repository();
      const id = await edited(at);
      expect((await pulled(of().home, id)).code).toBe(2);
      expect((await pulled(of().home, id, '--into', at)).code).toBe(0);
      expect(git('show', `berth/${id}:a.txt`)).toBe('two');
    },
    'pull --force': async () => {
      const { at, git } = repository();
      const id = await edited(at);
      git('branch', `berth/${id}`, git('commit-tree', '-m', 'mine', '-p', 'main', 'other^{tree}'));
      const refused = await pulled(at, id);
      expect(refused).toMatchObject({
        code: 7,
        stderr: expect.stringMatching(/1 of its commits are here alone, 1/),
      });
      expect((await pulled(at, id, '--force')).code).toBe(0);
      expect(git('show', `berth/${id}:a.txt`)).toBe('two');
    },
    'pull --output': async () =>
      expect((await pulled(repository().at, 'printed', '--output', 'x', '--no-output')).code).toBe(2),
    'pull --no-output': async () => {
      const { at } = repository();
      const id = await edited(at, 'echo x > $BERTH_OUTPUT_DIR/x');
      const { code, stdout } = await pulled(at, id, '--no-output', '--json');
      expect([code, JSON.parse(stdout).output]).toEqual([0, null]);
    },
    'pull --follow': async () => {
      const { at, git } = repository();
      const script = 'echo two > a.txt; until test -e go; do sleep 0.1; done; echo three > a.txt';
      const id = await startedId(of(), ['start', '--json', '--', 'sh', '-c', script], { cwd: at });
      const { workspace } = await of().json<{ workspace: string }>(['show', id]);
      await using follower = of().spawnBerth(['pull', id, '--follow'], { cwd: at });
      await follower.waitForText(/berth\/.*new: 1 commit, 2 files changed/);
      writeFileSync(join(workspace, 'go'), '');
      expect((await follower.finished).code).toBe(0);
      expect(git('show', `berth/${id}:a.txt`)).toBe('three');
    },
    'diff --stat': async () => {
      const { at } = repository();
      const { stdout } = await of().berth(['diff', await edited(at), '--stat'], { cwd: at });
      expect(stdout).toMatch(/a\.txt +\| 2 \+-\n/);
    },
    'diff --name-only': async () => {
      const { at } = repository();
      const id = await edited(at);
      for (const cwd of [at, of().home])
        expect((await of().berth(['diff', id, '--name-only'], { cwd })).stdout).toBe('a.txt\n');
    },
  };
}
