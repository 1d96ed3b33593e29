/** What a host does with an archive of code-server: whole or not there, whatever broke before. Linux. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shellHere } from '../../../../test/support/shell-here.ts';
import { CODE_SERVER_VERSION, installCodeServer } from './code-server.ts';
import type { RemoteShell } from './remote-shell.ts';

let home: string;
let base: string;
let archive: string;
/** Scripts that were started, by the order of it. */
let scripts: ChildProcess[];
const { signal } = new AbortController();

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'berth-code-server-'));
  base = join(home, '.local/share/berth/code-server');
  scripts = [];
  const made = join(home, 'made');
  mkdirSync(join(made, 'bin'), { recursive: true });
  const program = join(made, 'bin/code-server');
  writeFileSync(program, "#!/bin/sh\necho '4.5.6 abc with Code 1.2.3'\n");
  chmodSync(program, 0o755);
  archive = join(home, 'made.tar.gz');
  execFileSync('tar', ['-czf', archive, '-C', made, '.']);
});
afterEach(() => {
  for (const { pid } of scripts) killAll(pid);
  rmSync(home, { recursive: true, force: true });
});

/** With what belongs to it. */
function killAll(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const host = (way: { breaksOff?: boolean; env?: NodeJS.ProcessEnv } = {}) =>
  shellHere({ home, onScript: (script) => scripts.push(script), ...way });

const install = (shell: RemoteShell, stillSeconds?: number) =>
  installCodeServer(shell, {
    archive,
    progress: () => {},
    signal,
    ...(stillSeconds ? { stillSeconds } : {}),
  });
const there = () => readdirSync(base).filter((name) => name !== '.lock');
const arrives = () => existsSync(base) && there().some((name) => existsSync(join(base, name, '.archive')));

test('is there as a whole', async () => {
  expect(await install(host())).toEqual({ version: '4.5.6', had: false });
  expect(there()).toEqual(['4.5.6']);
});

test('one that was killed in the middle leaves nothing that the next one minds', async () => {
  const first = install(host({ breaksOff: true }));
  await expect.poll(arrives).toBe(true);
  killAll(scripts[0]?.pid);
  await expect(first).rejects.toMatchObject({ reason: 'EDITOR_INSTALL_FAILED' });
  expect(there()).not.toEqual([]);
  expect(await install(host())).toEqual({ version: '4.5.6', had: false });
  expect(there()).toEqual(['4.5.6']);
});

test('one whose cable was cut gives up, and the next one goes on', async () => {
  const first = install(host({ breaksOff: true }), 0.05);
  const refused = expect(first).rejects.toMatchObject({
    message: expect.stringMatching(/nothing came any more/),
  });
  await expect.poll(arrives).toBe(true);
  expect(await install(host())).toEqual({ version: '4.5.6', had: false });
  await refused;
  expect(there()).toEqual(['4.5.6']);
});

/** A program of the host that does this instead; `$real` is the one that it hides. */
function hides(name: string, script: string): NodeJS.ProcessEnv {
  const bin = join(home, 'bin');
  mkdirSync(bin, { recursive: true });
  const real = execFileSync('sh', ['-c', `command -v ${name} || true`])
    .toString()
    .trim();
  writeFileSync(join(bin, name), `#!/bin/sh\nreal=${real}\n${script}\n`, { mode: 0o755 });
  return { PATH: `${bin}:${process.env.PATH}` };
}

test('one that is killed while it takes the one before away leaves a whole one', async () => {
  await install(host());
  const env = hides(
    'rm',
    'for last; do :; done\ncase $last in *.new-\\*) ;; *.old | */4.5.6) $real -rf "$last/bin"; kill -9 -$PPID; sleep 9 ;; esac\nexec $real "$@"',
  );
  await install(host({ env })).catch(() => {});
  expect(existsSync(join(base, '4.5.6/bin/code-server'))).toBe(true);
  expect(await install(host())).toEqual({ version: '4.5.6', had: false });
  expect(there()).toEqual(['4.5.6']);
});

const byNpm = (shell: RemoteShell) => installCodeServer(shell, { archive: null, progress: () => {}, signal });

/** As `host code install` leaves it, but that it does this. */
function installed(script: string): void {
  const bin = join(base, CODE_SERVER_VERSION, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'code-server'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

const SAYS = `npm error code ENOTFOUND
npm error syscall getaddrinfo
npm error errno ENOTFOUND
npm error network request to http://registry failed, reason: getaddrinfo ENOTFOUND registry
npm error network This is a problem related to network connectivity.
npm error A complete log of this run can be found in: /home/me/.npm/_logs/1-debug-0.log`;
const WHY = 'network request to http://registry failed, reason: getaddrinfo ENOTFOUND registry';

test('one that is there is had if it runs, and brought anew if it does not', async () => {
  const env = hides('npm', `cat >&2 <<'END'\n${SAYS}\nEND\nexit 1`);
  installed(`echo '${CODE_SERVER_VERSION} abc with Code 1.2.3'`);
  expect(await byNpm(host({ env }))).toEqual({ version: CODE_SERVER_VERSION, had: true });
  installed('exit 1');
  // What keeps it from that is npm's own word, not that it has written a log.
  await expect(byNpm(host({ env }))).rejects.toMatchObject({
    reason: 'EDITOR_INSTALL_FAILED',
    message: expect.stringMatching(new RegExp(`: npm cannot fetch node-linux-\\S+ \\S+: ${WHY}$`)),
    hint: expect.stringMatching(/--from FILE/),
  });
});
