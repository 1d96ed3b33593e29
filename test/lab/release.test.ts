/** What `npm run build:release` makes: the same bytes anywhere, and programs that need nothing else. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unitFiles } from '../../packages/agent/src/setup/unit-files.ts';
import { findProgram, ROOT } from '../support/programs.ts';
import { reflectedServices } from '../support/reflected-services.ts';
import { buildRelease, copyCheckout, type ReleaseBuild } from '../support/release-build.ts';
import { run } from '../support/running.ts';
import { createSandbox } from '../support/sandbox.ts';

const ARM64 = findProgram('aarch64-linux-gnu-g++') !== null;
const QEMU = findProgram('qemu-aarch64-static');
const ARM64_LIBRARIES = '/usr/aarch64-linux-gnu';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';
/** ELF machines, of elf.h. */
const MACHINES = { x64: 62, arm64: 183 } as const;
/** Of agents that the client starts by itself. */
const SMALL = { BERTHD_UNITS: 'plain', BERTHD_MEMORY_CAPACITY: '512M', BERTHD_DEFAULT_SLOT: '32M' };

let work = '';
let first: ReleaseBuild;
let second: ReleaseBuild;

beforeAll(() => {
  if (!ARM64) console.warn('release: g++-aarch64-linux-gnu is not installed: arm64 is not tested');
  mkdirSync(join(ROOT, '.berth'), { recursive: true });
  work = mkdtempSync(join(ROOT, '.berth/release-'));
  const roots = [join(work, 'a'), join(work, 'in/a/deeper/directory')] as const;
  for (const root of roots) copyCheckout(root);
  const env = { SOURCE_DATE_EPOCH: '1700000000' };
  const both = ARM64 ? ['--arch', 'x64', '--arch', 'arm64'] : ['--arch', 'x64'];
  first = buildRelease(roots[0], { flags: both, env });
  const elsewhere = {
    ...env,
    TZ: 'Asia/Tokyo',
    LANG: 'C',
    HOME: '/nonexistent',
    NODE_OPTIONS: '--no-warnings',
  };
  second = buildRelease(roots[1], { flags: ['--arch', 'x64'], env: elsewhere });
}, 900_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

const program = (name: string) => join(first.out, name);

describe('the build', () => {
  test('makes the same bytes in two directories', () => {
    expect(second.sums.size).toBe(4);
    for (const [name, sum] of second.sums) expect([name, sum]).toEqual([name, first.sums.get(name)]);
  });

  test('writes the checksums of all that it made', () => {
    const made = readdirSync(first.out).filter((name) => name !== 'SHA256SUMS');
    expect([...first.sums.keys()].sort()).toEqual(made.sort());
    for (const name of made) {
      const sum = createHash('sha256')
        .update(readFileSync(program(name)))
        .digest('hex');
      expect([name, sum]).toEqual([name, first.sums.get(name)]);
    }
  });

  test.each(['berth', 'berthd'])('%s knows no path of the checkout', (name) => {
    const bytes = readFileSync(program(`${name}-linux-x64`));
    expect([first.root, ROOT].filter((path) => bytes.includes(path))).toEqual([]);
  });
});

describe('the programs for x64', () => {
  test.each([
    ['berth-linux-x64', '--version', 'berth '],
    ['berthd-linux-x64', 'version', 'berthd '],
  ])(
    '%s runs with nothing in its environment, and nowhere to keep a thing',
    async (name, argument, start) => {
      const env = { XDG_CACHE_HOME: '/dev/null/nowhere' };
      const { code, stdout, stderr } = await run([program(name), argument], { env, cwd: '/' });
      expect(stderr).toBe('');
      expect(stdout).toMatch(new RegExp(`^${start}\\d+\\.\\d+\\.\\d+\\n$`));
      expect(code).toBe(0);
    },
  );

  test('Node takes no options from the user', async () => {
    const env = { NODE_OPTIONS: '--no-such-option', HOME: work };
    const { stdout } = await run([program('berth-linux-x64'), '--version'], { env });
    expect(stdout).toMatch(/^berth /);
    const asked = await run([program('berth-linux-x64'), 'list', '--env-file=/nonexistent'], { env });
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('has no flag --env-file') });
  });

  test('the code of what ran is kept for the next start, and is not missed', async () => {
    await using sandbox = createSandbox();
    const cache = join(sandbox.dir, 'cache/berth/code');
    const version = async () => {
      const argv = [program('berthd-linux-x64'), 'version'];
      expect(await run(argv, { env: sandbox.env })).toMatchObject({ code: 0, stderr: '' });
    };
    await version();
    const [file = '', ...more] = readdirSync(cache).map((name) => join(cache, name));
    expect([file, more]).toEqual([expect.stringMatching(/\/command-line\.cjs-[\d.-]+-version\.code$/), []]);
    const { mtimeMs, size } = statSync(file);
    await version();
    expect(statSync(file)).toMatchObject({ mtimeMs, size });
    writeFileSync(file, 'damaged');
    await version();
    await version();
    expect(statSync(file).size).toBeGreaterThan(size / 2);
  });

  test('a session, with the agent that lies beside the client', async () => {
    await using sandbox = createSandbox();
    const env = { ...sandbox.env, ...SMALL };
    const berth = (...args: string[]) =>
      run([program('berth-linux-x64'), ...args], { env, cwd: sandbox.home });
    const command = ['bash', '-c', 'echo hello; read line; echo "got $line"; sleep 60'];
    const started = await berth('start', '--name', 'one', '--preset', 'shell', '--', ...command);
    expect(started).toMatchObject({ code: 0 });

    const argv = [program('berth-linux-x64'), 'attach', 'one'];
    const terminal = sandbox.terminal(argv, { env: SMALL });
    await terminal.waitForScreen(/hello/);
    terminal.type('through the pty');
    terminal.press('Enter');
    await terminal.waitForScreen(/got through the pty/);
    const output = await berth('output', 'one');
    expect(output).toMatchObject({ code: 0, stdout: expect.stringContaining('got through the pty') });

    const announced = JSON.parse(readFileSync(join(sandbox.stateDir, 'agent.json'), 'utf8')) as {
      dial: string[];
    };
    expect(announced.dial[0]).toBe(program('berthd-linux-x64'));
    expect(await run(announced.dial, { env, input: '' })).toMatchObject({ code: 0, stderr: '' });

    const services = ['Event', 'Host', 'Session', 'Terminal'].map((word) => `berth.v1.${word}Service`);
    const socket = join(sandbox.runtimeDir, 'agent.sock');
    expect(await reflectedServices(socket)).toEqual(expect.arrayContaining(services));

    const native = join(sandbox.dir, 'cache/berth/native');
    expect(statSync(native).mode & 0o777).toBe(0o700);
    expect(readdirSync(native)).toEqual([expect.stringMatching(/^[0-9a-f]{32}-pty\.node$/)]);
    expect(await berth('kill', 'one')).toMatchObject({ code: 0 });
  });

  test('the agent starts where its cache cannot be written', async () => {
    await using sandbox = createSandbox();
    const file = join(sandbox.dir, 'file');
    writeFileSync(file, '');
    const env = { ...sandbox.env, ...SMALL, XDG_CACHE_HOME: join(file, 'cache') };
    const shown = await run([program('berth-linux-x64'), 'status'], { env });
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/^local +online/m) });
    expect(readdirSync(join(sandbox.runtimeDir, 'native'))).toHaveLength(1);
  });
});

describe.runIf(ARM64)('the programs for arm64', () => {
  test.each(['berth', 'berthd'])('%s is for that machine, and whole', (name) => {
    const bytes = readFileSync(program(`${name}-linux-arm64`));
    expect(machineOf(program(`${name}-linux-arm64`))).toBe(MACHINES.arm64);
    expect(machineOf(program(`${name}-linux-x64`))).toBe(MACHINES.x64);
    expect(bytes.length).toBeGreaterThan(80_000_000);
    expect(bytes.includes(`${FUSE}1`)).toBe(true);
    expect(bytes.includes(`${FUSE}0`)).toBe(false);
    for (const asset of name === 'berthd' ? ['pty.node', 'berth.binpb'] : []) {
      expect(bytes.includes(asset)).toBe(true);
    }
  });

  test.skipIf(QEMU === null)('run, as far as an emulator can tell', async () => {
    const emulated = [QEMU ?? '', '-L', ARM64_LIBRARIES, program('berthd-linux-arm64'), 'version'];
    const { code, stdout } = await run(emulated, { env: {}, timeoutMs: 60_000 });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^berthd \d/) });
  });
});

describe('the Debian packages', () => {
  test.each([
    ['berth', ['usr/bin/berth'], /Depends: .*openssh-client, git\n.*Recommends: berthd\n/s],
    ['berthd', ['usr/bin/berthd', ...unitPaths()], /Depends: .*tmux \(>= 3\.2\), git, bash, systemd\n/],
  ])('%s', (name, files, control) => {
    const deb = debOf(name, 'amd64');
    expect(execFileSync('dpkg-deb', ['--info', deb], { encoding: 'utf8' })).toMatch(control);
    const listed = execFileSync('dpkg-deb', ['--contents', deb], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    const lines = listed.trim().split('\n');
    expect(lines.filter((line) => !line.includes(' root/root '))).toEqual([]);
    expect(lines.filter((line) => !line.includes(' 2023-11-14 22:13 '))).toEqual([]);
    const paths = lines.filter((line) => line.startsWith('-')).map((line) => line.replace(/^.* \.\//, ''));
    expect(paths).toEqual(expect.arrayContaining([...files, `usr/share/doc/${name}/copyright`]));
    const unpacked = join(work, `${name}-unpacked`);
    execFileSync('dpkg-deb', ['-x', deb, unpacked]);
    const same = readFileSync(join(unpacked, 'usr/bin', name)).equals(
      readFileSync(program(`${name}-linux-x64`)),
    );
    expect(same).toBe(true);
  });

  test('units name the installed program', () => {
    const unpacked = join(work, 'berthd-unpacked');
    for (const unit of unitPaths().filter((path) => path.endsWith('.service'))) {
      expect(readFileSync(join(unpacked, unit), 'utf8')).toMatch(/^ExecStart=\/usr\/bin\/berthd /m);
    }
  });
});

function unitPaths(): string[] {
  const system = unitFiles({ scope: 'system', program: '' }).map(({ name }) => `lib/systemd/system/${name}`);
  const user = unitFiles({ scope: 'user', program: '' }).map(({ name }) => `usr/lib/systemd/user/${name}`);
  return [...system, ...user];
}

function debOf(name: string, arch: string): string {
  const found = [...first.sums.keys()].find(
    (file) => file.startsWith(`${name}_`) && file.endsWith(`_${arch}.deb`),
  );
  return program(found ?? `${name}_missing_${arch}.deb`);
}

/** e_machine: two bytes at 18 of the ELF header. */
function machineOf(file: string): number {
  const header = Buffer.alloc(20);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, header, 0, header.length, 0);
  closeSync(descriptor);
  return header.readUInt16LE(18);
}
