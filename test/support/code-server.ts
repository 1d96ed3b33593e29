/**
 * A real code-server, installed once a machine and version (by npm, some minutes) and shared by all test
 * runs: nothing in it is ever changed. It brings the Node that it was built for.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CODE_SERVER_VERSION } from '../../packages/client/src/hosts/code-server.ts';
import { NODE } from './programs.ts';
import { withLock } from './qemu/lock.ts';
import { run } from './running.ts';
import type { Sandbox } from './sandbox.ts';

const CACHE = '/var/cache/berth-tests';
export const CODE_SERVER = join(CACHE, `code-server-${CODE_SERVER_VERSION}`);
const INSTALL_MS = 15 * 60_000;

/** For what must have it first: its installation, where it is missing. */
export const CODE_SERVER_MS = INSTALL_MS + 60_000;

async function ensureCodeServer(): Promise<void> {
  if (existsSync(CODE_SERVER)) return;
  mkdirSync(CACHE, { recursive: true });
  await withLock(join(CACHE, 'code-server.lock'), async () => {
    if (existsSync(CODE_SERVER)) return;
    console.log(`web: installing code-server ${CODE_SERVER_VERSION}, some minutes …`);
    const made = `${CODE_SERVER}.new`;
    rmSync(made, { recursive: true, force: true });
    const wanted = ['install', '-g', '--prefix', made, `code-server@${CODE_SERVER_VERSION}`];
    // The npm that runs the tests names the Node that it runs on, which may be an older one.
    const own = Object.entries(process.env).filter(([name]) => name !== 'NODE' && !name.startsWith('npm_'));
    const env = { ...Object.fromEntries(own), PATH: `${dirname(NODE)}:${process.env.PATH}` };
    const argv = ['npm', ...wanted, '--no-audit', '--no-fund'];
    const { code, stdout, stderr } = await run(argv, { env, timeoutMs: INSTALL_MS });
    if (code !== 0)
      throw new Error(`${argv.join(' ')} exited with ${code}:\n${stdout}${stderr}`.slice(-4000));
    copyFileSync(NODE, join(made, 'bin/node'));
    renameSync(made, CODE_SERVER);
  });
}

/** As `berth host code install` leaves it, for whoever lives in the sandbox. The first one installs it. */
export async function giveCodeServer(sandbox: Sandbox): Promise<void> {
  await ensureCodeServer();
  const directory = join(sandbox.home, '.local/share/berth/code-server');
  mkdirSync(directory, { recursive: true });
  symlinkSync(CODE_SERVER, join(directory, CODE_SERVER_VERSION));
}
