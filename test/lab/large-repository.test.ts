/** A repository of 500 MB and 10,000 files on its way to a host and back: about 2.5 GB of disk while it runs. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newRepository } from '../support/git-home.ts';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';
import { run } from '../support/running.ts';

const FOLDERS = 100;
const SMALL_FILES_A_FOLDER = 99;
/** One in each folder, of bytes that no compression makes fewer. */
const LARGE_BYTES = 5 * 1024 * 1024;
const SLOW = { timeoutMs: 240_000 };

const MOVES_AND_EDITS = `git mv d0 moved; for i in $(seq 99); do echo more >> d$i/f1; done; chmod +x d1/f2
  git rm -q d2/f3; git commit -qam 'by the session'; head -c 1000000 /dev/zero > new; git add -A; git write-tree; git reset -q`;

test('500 MB in 10,000 files go once, and come back as they were left', async () => {
  await using lab = await openLab();
  await using laptop = new Laptop(lab);
  await lab.host('dev1', { sudo: true });
  await laptop.ok(['host', 'add', 'dev1'], SLOW);
  const repo = join(laptop.sandbox.home, 'large');
  const git = newRepository(repo);
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  git('config', 'core.compression', '0');
  // Git would tidy up behind the test's back.
  git('config', 'gc.auto', '0');
  for (let folder = 0; folder < FOLDERS; folder++) {
    const at = join(repo, `d${folder}`);
    mkdirSync(at);
    for (let i = 0; i < SMALL_FILES_A_FOLDER; i++) writeFileSync(join(at, `f${i}`), `${folder} ${i}\n`);
    writeFileSync(join(at, 'large.bin'), randomBytes(LARGE_BYTES));
  }
  git('add', '.');
  git('commit', '-q', '-m', 'large');
  writeFileSync(join(repo, 'd5/f5'), 'not committed\n');
  const status = () => [git('status', '--porcelain'), git('for-each-ref', 'refs/heads/main')];
  const before = status();
  const start = ['start', '--repo', repo, '--host', 'dev1', '--name', 'large', '--follow'];
  const printed = await laptop.ok([...start, '--', 'bash', '-ec', MOVES_AND_EDITS], SLOW);
  const [, tree] = /^([0-9a-f]{40})\r?$/m.exec(printed) ?? [];
  const pulled = await laptop.ok(['pull', 'large', '--into', repo], SLOW);
  expect(pulled).toMatch(/^berth\/large .*new: 2 commits/);
  expect(git('rev-parse', 'berth/large^{tree}')).toBe(tree);
  expect(git('ls-tree', '-r', '--name-only', 'berth/large').split('\n')).toHaveLength(10_000);
  expect(git('diff', '-M', '--name-status', 'main', 'berth/large').match(/^R100/gm)).toHaveLength(100);
  expect(status()).toEqual(before);

  const cached = async () => {
    const command = 'du -sk ~/.local/state/berth/repositories';
    const { stdout } = await run(['ssh', '-F', lab.sshConfig, 'dev1', command], { env: process.env });
    return Number.parseInt(stdout, 10);
  };
  const once = await cached();
  expect(once).toBeGreaterThan(500 * 1024);
  await laptop.ok(['rm', 'large'], SLOW);
  writeFileSync(join(repo, 'd6/f6'), 'one line more\n');
  const again = ['start', '--repo', repo, '--host', 'dev1', '--follow', '--', 'cat', 'd6/f6', 'd5/f5'];
  expect(await laptop.ok(again, SLOW)).toMatch(/one line more\r?\nnot committed/);
  expect((await cached()) - once).toBeLessThan(2 * 1024);
}, 600_000);
