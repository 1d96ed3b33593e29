/** `berth host code install`: what breaks on the host, and on this machine, and what is left of it. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { makeStandInEditor } from '../support/stand-in-editor.ts';

let sandbox: Sandbox;
let from: string;

beforeAll(async () => {
  sandbox = createSandbox();
  await sandbox.startAgent();
  from = makeStandInEditor(join(sandbox.dir, 'made'));
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const install = (what: string) => sandbox.berth(['host', 'code', 'install', 'local', '--from', what]);

it.each([
  ['while it arrives', 1],
  ['while it is unpacked', 6],
])('a disk of the host that is full %s is told, and nothing is left', async (_, megabytes) => {
  writeFileSync(join(from, 'ballast'), randomBytes(4 << 20));
  const base = join(sandbox.home, '.local/share/berth');
  mkdirSync(base, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', base]);
  try {
    expect(await install(from)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /\bberth: cannot bring code-server to the host: .*No space left on device\n {2}hint: mend that and run /,
      ),
    });
    expect(readdirSync(join(base, 'code-server'))).toEqual(['.lock']);
  } finally {
    execFileSync('umount', ['-l', base]);
    rmSync(join(from, 'ballast'));
  }
});

it('what commands that were killed packed is removed by the next one', async () => {
  const cache = join(sandbox.env.XDG_CACHE_HOME ?? '', 'berth/code-server');
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  // The number of no process: the highest that Linux has is 2^22.
  writeFileSync(join(cache, `${2 ** 22 + 1}.tar.gz`), 'left');
  writeFileSync(join(cache, `${process.pid}.tar.gz`), 'in use');
  expect(await install(from)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^local: code-server 2\.3\.4 /),
  });
  expect(readdirSync(cache)).toEqual([`${process.pid}.tar.gz`]);
});

it('an archive that cannot be read is named', async () => {
  const loop = join(sandbox.dir, 'loop');
  symlinkSync(loop, loop);
  expect(await install(loop)).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(
      /^berth: cannot read \S+\/loop: ELOOP: .*\n {2}hint: name an archive or a directory\n$/,
    ),
  });
});
