/**
 * Work goes to a host over a real sshd and comes back as a branch: exactly what the session made of it,
 * and nothing here is disturbed by either. The host's user has told git no name.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkoutState } from '../support/checkout-state.ts';
import { gitIn, newRepository, type TestGit } from '../support/git-home.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';

let sandbox: Sandbox;
let sshd: TestSshd;
beforeAll(async () => {
  sandbox = createSandbox();
  sandbox.env.XDG_DATA_HOME = join(sandbox.dir, 'data');
  sandbox.env.GIT_CONFIG_NOSYSTEM = '1';
  await sandbox.startAgent({ name: 'dev' });
  sshd = await TestSshd.start(sandbox, { name: 'dev' });
  configureHosts(sandbox, [{ sshd }]);
});
afterAll(async () => {
  await sshd?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

/** A repository of Ada's with nothing in it. */
function repository(name: string): { at: string; git: TestGit } {
  const at = join(sandbox.home, name);
  const git = newRepository(at);
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  return { at, git };
}

const put = (at: string, name: string | Buffer, text: string | Buffer) =>
  writeFileSync(Buffer.concat([Buffer.from(`${at}/`), Buffer.from(name)]), text);

async function ok(args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await sandbox.berth(args, { cwd });
  if (code !== 0) throw new Error(`berth ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

/** Runs a script in a session that begins with what is in a directory. What it leaves is told as a tree. */
async function session(name: string, cwd: string, script: string): Promise<string> {
  const leaves = `cp .git/index .git/copy; GIT_INDEX_FILE=.git/copy git add -A; GIT_INDEX_FILE=.git/copy git write-tree > $BERTH_OUTPUT_DIR/tree`;
  await ok(['start', '--name', name, '--wait', '--', 'bash', '-ec', `${script}\n${leaves}`], cwd);
  await ok(['pull', name, '--output', join(sandbox.dir, `output-${name}`)], cwd);
  return readFileSync(join(sandbox.dir, `output-${name}`, 'tree'), 'utf8').trim();
}

/** Staged, not staged, not tracked, ignored. */
function inTheMiddleOfWork(name: string): { at: string; git: TestGit } {
  const { at, git } = repository(name);
  mkdirSync(join(at, 'deep/er'), { recursive: true });
  for (const file of ['staged', 'changed', 'both', 'removed', 'deep/er/x']) put(at, file, `${file}\n`);
  put(at, '.gitignore', 'ignored\n');
  git('add', '.');
  git('commit', '-q', '-m', 'one');
  git('tag', 'v1');
  git('branch', 'other');
  for (const file of ['staged', 'both']) put(at, file, 'in the index\n');
  git('rm', '-q', 'removed');
  git('add', '.');
  for (const file of ['changed', 'both']) put(at, file, 'in the work tree\n');
  put(at, 'untracked', 'new\n');
  put(at, 'ignored', 'stays here\n');
  return { at, git };
}

it.each(['the top', 'a subdirectory', 'a linked work tree'])('from %s', async (where) => {
  const name = where.replaceAll(' ', '-');
  const main = inTheMiddleOfWork(name);
  let { at, git } = main;
  if (where === 'a linked work tree') {
    at = join(sandbox.home, 'linked');
    main.git('worktree', 'add', '-q', '-b', 'linked', at);
    git = gitIn(at);
    put(at, 'staged', 'in the index\n');
    git('add', '.');
    put(at, 'changed', 'in the work tree\n');
    put(at, 'untracked', 'new\n');
    put(at, 'ignored', 'stays here\n');
  }
  const cwd = where === 'a subdirectory' ? join(at, 'deep') : at;
  const before = [checkoutState(at), checkoutState(main.at)];
  const script = `test ! -e ignored
    git status --porcelain > $BERTH_OUTPUT_DIR/status
    echo edited >> deep/er/x; git commit -qm 'by the session' deep/er/x; echo on >> untracked`;
  const tree = await session(name, cwd, script);
  expect([checkoutState(at), checkoutState(main.at)]).toEqual(before);

  const branch = `berth/${name}`;
  expect(git('rev-parse', `${branch}^{tree}`)).toBe(tree);
  expect(git('log', '--format=%s by %an <%ae>, %cn', `HEAD..${branch}^`)).toBe(
    'by the session by Ada <ada@example.com>, Ada',
  );
  expect(git('diff', '--name-only', 'HEAD', `${branch}^`)).toBe('deep/er/x');
  expect(git('show', `${branch}:changed`)).toBe('in the work tree');
  expect(git('show', `${branch}:untracked`)).toBe('new\non');
  expect(git('ls-tree', branch, 'ignored')).toBe('');
  // What was staged was staged there, and what was not was not.
  const there = readFileSync(join(sandbox.dir, `output-${name}`, 'status'), 'utf8').trimEnd();
  expect(there).toBe(git('status', '--porcelain'));
});

it('what has no plain name or no plain content', async () => {
  const { at, git } = repository('odd');
  const odd = [
    'new\nline',
    '"quoted"',
    "it's",
    '-dash',
    ' blank ',
    'tab\t',
    'Ünïcode',
    '$(x)',
    'a\\b',
    ':(top)',
  ];
  for (const name of [...odd, 'renamed', 'mode', 'gone']) put(at, name, `${name}\n`);
  put(at, Buffer.from([0x62, 0xff, 0xfe]), 'no text');
  put(at, 'binary', Buffer.from([0, 1, 2, 255, 10, 13, 0]));
  symlinkSync('../outside', join(at, 'link'));
  git('add', '.');
  git('commit', '-q', '-m', 'one');
  renameSync(join(at, 'renamed'), join(at, 'moved'));
  chmodSync(join(at, 'mode'), 0o755);
  rmSync(join(at, 'gone'));
  put(at, 'more\n"of\\it', 'not tracked');
  const before = checkoutState(at);
  const script = `test -x mode; test ! -e gone; test "$(readlink link)" = ../outside
    git mv 'Ünïcode' "$(printf 'n\\nm')"; git mv binary 'binary too'; chmod +x ./-dash; ln -s nowhere ' link '
    printf 'a\\0b' >> 'binary too'; git add -A; git commit -qm all; rm 'tab	'; printf x > "$(printf 'z\\377')"`;
  const tree = await session('odd', at, script);
  expect(checkoutState(at)).toEqual(before);
  expect(git('rev-parse', 'berth/odd^{tree}')).toBe(tree);
  const [made, left] = ['berth/odd^', 'berth/odd'].map((of) => git('ls-tree', '-r', '-z', of).split('\0'));
  expect(made?.filter((line) => /^(100755|120000)/.test(line)).map((line) => line.slice(53))).toEqual([
    ' link ',
    '-dash',
    'link',
    'mode',
  ]);
  const names = (lines: readonly string[] | undefined) => lines?.map((line) => line.slice(53)) ?? [];
  expect(names(left)).toEqual(expect.arrayContaining(['n\nm', 'z\xff', 'b\xff\xfe', 'moved', 'binary too']));
  expect(names(left)).not.toContain('tab\t');
});

it('a detached head, a shallow clone, and a repository without a commit', async () => {
  const { at, git } = repository('plain');
  for (const message of ['one', 'two', 'three']) git('commit', '-q', '--allow-empty', '-m', message);
  git('checkout', '-q', '--detach', 'HEAD~1');
  const commits = 'echo x > made; git add made; git commit -qm made';
  const detached = await session('detached', at, `! git symbolic-ref -q HEAD; ${commits}`);
  expect(git('rev-parse', 'berth/detached^{tree}')).toBe(detached);
  expect(git('rev-parse', 'berth/detached^')).toBe(git('rev-parse', 'main~1'));
  expect(git('rev-parse', 'HEAD')).toBe(git('rev-parse', 'main~1'));

  const shallow = join(sandbox.home, 'shallow');
  gitIn(sandbox.home)('clone', '-q', '--depth=1', `file://${at}`, '--branch', 'main', shallow);
  const tree = await session(
    'shallow',
    shallow,
    `test "$(git rev-list --count HEAD)" = 1; git config user.name B; git config user.email b; ${commits}`,
  );
  expect(gitIn(shallow)('rev-parse', 'berth/shallow^{tree}', 'berth/shallow^')).toBe(
    `${tree}\n${git('rev-parse', 'main')}`,
  );
  expect(readFileSync(join(shallow, '.git/shallow'), 'utf8').trim()).toBe(git('rev-parse', 'main'));

  const unborn = repository('unborn');
  put(unborn.at, 'staged', 'x\n');
  unborn.git('add', '.');
  put(unborn.at, 'untracked', 'y\n');
  const before = checkoutState(unborn.at);
  const first = await session('unborn', unborn.at, 'git add .; git commit -qm first');
  expect(unborn.git('rev-parse', 'berth/unborn^{tree}')).toBe(first);
  expect(unborn.git('log', '--format=%an %s', 'berth/unborn')).toBe('Ada first');
  expect(checkoutState(unborn.at)).toEqual(before);
});

it('branches in the way are left as they are', async () => {
  const { at, git } = repository('in-the-way');
  git('commit', '-q', '--allow-empty', '-m', 'one');
  await ok(
    ['start', '--name', 'way', '--wait', '--', 'bash', '-c', 'git commit -q --allow-empty -m theirs'],
    at,
  );
  const refused = async (reason: string) => {
    const before = [checkoutState(at), git('for-each-ref', 'refs/heads')];
    const { code, stderr } = await sandbox.berth(['pull', 'way', '--json'], { cwd: at });
    expect({ code, ...JSON.parse(stderr).error }).toMatchObject({ code: 7, reason });
    expect([checkoutState(at), git('for-each-ref', 'refs/heads')]).toEqual(before);
  };
  git('branch', 'berth');
  await refused('NAME_TAKEN');
  git('branch', '-m', 'berth', 'mine');
  const linked = join(sandbox.home, 'way-linked');
  git('worktree', 'add', '-q', '-b', 'berth/way', linked);
  await refused('BRANCH_IN_USE');
  git('worktree', 'remove', linked);
  git('checkout', '-q', 'berth/way');
  await refused('BRANCH_IN_USE');
  git('commit', '-q', '--allow-empty', '-m', 'mine');
  git('checkout', '-q', 'main');
  await refused('BRANCH_DIVERGED');
  expect(await ok(['pull', 'way', '--branch', 'theirs'], at)).toMatch(/^theirs .* new: 1 commit/);
});

it('a merge that git would refuse is said before it is tried', async () => {
  const { at, git } = repository('not-committed');
  for (const file of ['changed', 'other']) put(at, file, `${file}\n`);
  git('add', '.');
  git('commit', '-qm', 'one');
  await ok(['start', '--name', 'made', '--wait', '--', 'sh', '-c', 'echo x > changed; echo x > made'], at);
  const last = async () => (await ok(['pull', 'made', '--no-output'], at)).trimEnd().split('\n').at(-1);
  const free = '  take    git merge berth/made';
  expect(await last()).toBe(free);

  put(at, 'changed', 'here\n');
  put(at, 'made', 'here\n');
  put(at, 'unheard-of', 'here\n');
  expect(() => git('merge', 'berth/made')).toThrow(/would be overwritten/);
  const hint = '          first commit or stash what is not committed here, git would stop at it: ';
  expect(await last()).toBe(`${hint}changed and 1 more`);
  git('stash', '-q', '-u');
  expect(await last()).toBe(free);

  // What the session left alone is in nobody's way, unless it is staged beside a merge of two lines.
  put(at, 'other', 'here\n');
  put(at, 'unheard-of', 'here\n');
  expect(await last()).toBe(free);
  git('commit', '-q', '--allow-empty', '-m', 'two');
  git('add', 'other');
  expect(() => git('merge', '--no-edit', 'berth/made')).toThrow();
  expect(await last()).toBe(`${hint}other`);
  git('reset', '-q');
  git('merge', '-q', '--no-edit', 'berth/made');
  expect(readFileSync(join(at, 'changed'), 'utf8')).toBe('x\n');
});

it('the marks of a pull go with their session, and nothing else of the repository', async () => {
  const { at, git } = repository('marks');
  put(at, 'file', 'x\n');
  mkdirSync(join(at, 'below'));
  git('add', '.');
  git('commit', '-qm', 'one');
  for (const name of ['first', 'second', 'third']) {
    await ok(['start', '--name', name, '--wait', '--', 'sh', '-c', `echo ${name} > made`], at);
    await ok(['pull', name, '--no-output'], at);
  }
  const marks = () => git('for-each-ref', '--format=%(refname:lstrip=4)', 'refs/berth').split('\n');
  const before = [checkoutState(at), git('for-each-ref', 'refs/heads')];
  expect(marks().sort()).toEqual(['berth/first', 'berth/second', 'berth/third']);
  // Neither outside of a repository, nor in one that cannot be read, is it the worse for that.
  const bare = join(sandbox.dir, 'bare.git');
  gitIn(sandbox.dir)('init', '-q', '--bare', bare);
  await ok(['rm', 'third'], bare);
  expect(marks()).toHaveLength(3);
  await ok(['rm', 'first'], join(at, 'below'));
  expect(marks().sort()).toEqual(['berth/second', 'berth/third']);
  await ok(['prune', '--all', '--older-than', '0s', '--yes'], at);
  expect(marks()).toEqual(['berth/third']);
  expect([checkoutState(at), git('for-each-ref', 'refs/heads')]).toEqual(before);
});

it('a repository that is named goes from anywhere; one behind an ssh URL is cloned by the host, with its access', async () => {
  const { at, git } = repository('named');
  put(at, 'file', 'one\n');
  git('add', '.');
  git('commit', '-qm', 'one');
  put(at, 'file', 'changed\n');
  const makes = 'cat file; echo x > made; git add made; git -c user.name=B -c user.email=b commit -qm made';
  const start = (name: string, ...flags: string[]) =>
    sandbox.berth(['start', ...flags, '--name', name, '--follow', '--wait', '--', 'sh', '-ec', makes], {
      cwd: sandbox.home,
    });
  expect((await start('path', '--repo', at)).stdout).toMatch(/^changed$/m);
  await ok(['pull', 'path', '--into', at, '--no-output'], sandbox.home);
  expect(git('log', '--format=%s', 'main..berth/path')).toBe('Work that was not committed\nmade');

  // As the host's user would have it: the way there is in the user's own settings.
  const config = join(sandbox.home, '.gitconfig');
  writeFileSync(config, `[core]\n  sshCommand = ssh -F ${join(sandbox.dir, 'ssh_config')}\n`);
  const url = `ssh://dev${at}`;
  expect((await start('url', '--repo', url, '--branch', 'main')).stdout).toMatch(/^one$/m);
  await ok(['pull', 'url', '--no-output'], at);
  expect(git('log', '--format=%s', 'main..berth/url')).toBe('made');
  const nowhere = await start('nowhere', '--repo', `${url}-not`);
  expect(nowhere.code).not.toBe(0);
  expect(nowhere.stdout).toMatch(/not a git repository|does not appear to be/);
  rmSync(config);
});
