/** `berth cp` both ways over a real ssh: names, kinds of files, places, and what it says where it cannot. */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { configureHosts, TestSshd } from '../support/sshd.ts';
import { startedId } from '../support/started.ts';

let sandbox: Sandbox;
let sshd: TestSshd;
/** Directory here. */
let here: string;
/** The workspace of the session. */
let there: string;

beforeAll(async () => {
  sandbox = createSandbox();
  await sandbox.startAgent({ name: 'dev' });
  sshd = await TestSshd.start(sandbox, { name: 'dev' });
  configureHosts(sandbox, [{ sshd }]);
  await startedId(sandbox, ['start', '--json', '--host', 'dev', '--name', 'work', '--', 'sleep', '1000']);
  there = (await sandbox.json<{ workspace: string }>(['show', 'dev:work'])).workspace;
  here = join(sandbox.dir, 'here');
  mkdirSync(here);
});
afterAll(async () => {
  await sshd?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const cp = (...words: string[]) => sandbox.berth(['cp', ...words], { cwd: here });
const good = { code: 0, stdout: '', stderr: '' };
const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

it('copies a file there and back, under its name or another', async () => {
  writeFileSync(join(here, 'big'), randomBytes(11 * 2 ** 20));
  expect(await cp('big', 'dev:work:')).toMatchObject(good);
  expect(await cp('big', 'dev:work:renamed')).toMatchObject(good);
  expect(await cp('dev:work:big', 'back')).toMatchObject(good);
  for (const file of [join(there, 'big'), join(there, 'renamed'), join(here, 'back')]) {
    expect(sha256(file)).toBe(sha256(join(here, 'big')));
  }
  mkdirSync(join(here, 'into'));
  expect(await cp(`dev:work:${there}/big`, 'dev:work:renamed', 'into')).toMatchObject(good);
  expect(readdirSync(join(here, 'into')).sort()).toEqual(['big', 'renamed']);
});

it('copies directories with all kinds of names, links and modes', async () => {
  const names = ['-rf', 'a b', 'back\\slash', 'new\nline', '*[x]', 'två', "it's", '@list', 'a:b'];
  mkdirSync(join(here, 'tree/deep'), { recursive: true });
  for (const name of names) writeFileSync(join(here, 'tree', name), name);
  writeFileSync(join(here, 'tree/deep/run'), '#!/bin/sh\n');
  chmodSync(join(here, 'tree/deep/run'), 0o755);
  symlinkSync('deep/run', join(here, 'tree/link'));
  symlinkSync('nowhere', join(here, 'tree/dangling'));
  const expectTree = (place: string) => {
    expect(readdirSync(place).sort()).toEqual([...names, 'deep', 'link', 'dangling'].sort());
    for (const name of names) expect(readFileSync(join(place, name), 'utf8')).toBe(name);
    expect(readlinkSync(join(place, 'link'))).toBe('deep/run');
    expect(statSync(join(place, 'deep/run')).mode & 0o111).not.toBe(0);
  };
  expect(await cp('tree', 'dev:work:copied')).toMatchObject(good);
  expectTree(join(there, 'copied'));
  expect(await cp('dev:work:copied', '.')).toMatchObject(good);
  expectTree(join(here, 'copied'));
  // What is in it, into what is there already.
  expect(await cp('dev:work:copied/.', 'contents')).toMatchObject(good);
  expectTree(join(here, 'contents'));
  expect(await cp('./tree/-rf', './tree/a:b', './tree/back\\slash', 'dev:work:copied/deep')).toMatchObject(
    good,
  );
  expect(readdirSync(join(there, 'copied/deep')).sort()).toEqual(['-rf', 'a:b', 'back\\slash', 'run']);
  expect(await cp('dev:work:copied/link', 'followed')).toMatchObject(good);
  expect(readFileSync(join(here, 'followed'), 'utf8')).toBe('#!/bin/sh\n');
});

it('takes standard input and output for a file', async () => {
  const sent = await sandbox.berth(['cp', '-', 'dev:work:from-stdin'], { input: 'piped\n' });
  expect(sent).toMatchObject(good);
  expect(await cp('dev:work:from-stdin', '-')).toMatchObject({ code: 0, stdout: 'piped\n' });
});

it('says what is not there, and leaves nothing half done', async () => {
  expect(await cp('dev:work:no-such', '.')).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(
      /^berth: cannot find no-such: there is no such file\n.*: berth exec sess-\S+ ls\n/,
    ),
  });
  expect(await cp('no-such', 'dev:work:')).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/^berth: cannot copy no-such on this machine: there is no such file\n/),
  });
  expect((await cp('big', 'dev:work:no/such/place')).code).toBe(4);
  expect((await cp('big', 'dev:work:no-such/')).code).toBe(4);
  expect((await cp('dev:work:big', 'no-such/')).code).toBe(4);
  expect((await cp('dev:work:big', 'dev:work:renamed', 'no-such')).code).toBe(4);
  expect((await cp('big', 'back')).code).toBe(2);
  expect((await cp('dev:work:big', 'dev:work:copy')).code).toBe(2);
  mkdirSync(join(here, 'clash/big'), { recursive: true });
  expect(await cp('dev:work:big', 'clash')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/cannot replace/),
  });
  const strays = [here, there]
    .flatMap((place) => readdirSync(place))
    .filter((name) => name.startsWith('.berth'));
  expect(strays).toEqual([]);
  expect(existsSync(join(here, 'no-such'))).toBe(false);
});

it('takes what a session left that has ended', async () => {
  const script = 'echo result >made';
  await startedId(sandbox, [
    'start',
    '--json',
    '--wait',
    '--host',
    'dev',
    '--name',
    'over',
    '--',
    'sh',
    '-c',
    script,
  ]);
  expect(await cp('dev:over:made', '-')).toMatchObject({ ...good, stdout: 'result\n' });
});
