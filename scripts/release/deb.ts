/** Debian packages of the two programs. They enable nothing: whoever installs them decides. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { unitFiles } from '../../packages/agent/src/setup/unit-files.ts';
import { type Arch, TARGETS } from './target.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface DebSpec {
  readonly program: 'berth' | 'berthd';
  readonly arch: Arch;
  readonly version: string;
  readonly executable: string;
  /** Of everything in the package; seconds since 1970. */
  readonly timestamp: number;
  /** Scratch; is made and removed. */
  readonly work: string;
  /** Where the .deb goes. */
  readonly out: string;
}

interface Contents {
  /** Besides what every Node.js needs. */
  readonly depends: string;
  readonly recommends?: string;
  readonly summary: string;
  /** Lines of the long description. */
  readonly description: readonly string[];
  /** Installed path -> text. */
  readonly files: () => Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

const RELOAD = 'if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi';

const CONTENTS: Readonly<Record<DebSpec['program'], Contents>> = {
  berth: {
    depends: 'openssh-client, git',
    recommends: 'berthd',
    summary: 'run long-lived work on a pool of Linux VMs: the client',
    description: [
      'Starts sessions on your hosts over ssh, lists them, and brings your terminal',
      'back to them. To run sessions on this machine too, install berthd.',
    ],
    files: () => ({}),
    scripts: {},
  },
  berthd: {
    depends: 'tmux (>= 3.2), git, bash, systemd',
    summary: 'run long-lived work on a pool of Linux VMs: the agent',
    description: [
      'Owns the sessions of this machine and the memory that they may use. It has no',
      'network port: clients reach its Unix socket through sshd.',
      '.',
      'Nothing is enabled by installing it. For yourself:',
      ' loginctl enable-linger && systemctl --user enable --now berthd',
      'or for the whole machine, as root:',
      ' systemctl enable --now berth-ledger && berthd allow USER',
      'After an upgrade restart it; sessions go on meanwhile.',
    ],
    files: () => ({
      ...units('system', 'lib/systemd/system'),
      ...units('user', 'usr/lib/systemd/user'),
    }),
    scripts: {
      postinst: `#!/bin/sh\nset -e\nif [ "$1" = configure ]; then\n  ${RELOAD}\nfi\n`,
      postrm: `#!/bin/sh\nset -e\nif [ "$1" = remove ]; then\n  ${RELOAD}\nfi\n`,
    },
  },
};

/** The C library that Node's build asks for, and the one that node-pty's addon asks for. */
const LIBRARIES = {
  berth: 'libc6 (>= 2.28), libstdc++6, libgcc-s1',
  berthd: 'libc6 (>= 2.34), libstdc++6, libgcc-s1',
};

export function makeDeb(spec: DebSpec): void {
  const { program, version, work } = spec;
  const debian = TARGETS[spec.arch].debian;
  const contents = CONTENTS[program];
  mkdirSync(work);
  try {
    put(work, `usr/bin/${program}`, { from: spec.executable, mode: 0o755 });
    put(work, `usr/share/doc/${program}/copyright`, { from: join(ROOT, 'LICENSE') });
    for (const [path, text] of Object.entries(contents.files())) put(work, path, { text });
    const installed = filesBelow(work);
    const kib = installed.reduce((sum, path) => sum + Math.ceil(statSync(join(work, path)).size / 1024), 0);
    const sums = installed.map((path) => `${md5(join(work, path))}  ${path}\n`).join('');
    put(work, 'DEBIAN/md5sums', { text: sums });
    put(work, 'DEBIAN/control', { text: control(spec, { debian, kib }) });
    for (const [name, text] of Object.entries(contents.scripts)) {
      put(work, `DEBIAN/${name}`, { text, mode: 0o755 });
    }
    for (const path of readdirSync(work, { recursive: true, encoding: 'utf8' })) {
      lutimesSync(join(work, path), spec.timestamp, spec.timestamp);
    }
    lutimesSync(work, spec.timestamp, spec.timestamp);
    const file = join(spec.out, `${program}_${version}_${debian}.deb`);
    // One thread: what several make depends on the machine's memory. A higher level takes minutes.
    const how = ['--root-owner-group', '-Zxz', '-z1', '--threads-max=1'];
    const env = { PATH: process.env.PATH, SOURCE_DATE_EPOCH: String(spec.timestamp) };
    execFileSync('dpkg-deb', [...how, '--build', work, file], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function control(spec: DebSpec, { debian, kib }: { debian: string; kib: number }): string {
  const { depends, recommends, summary, description } = CONTENTS[spec.program];
  return [
    `Package: ${spec.program}`,
    `Version: ${spec.version}`,
    `Architecture: ${debian}`,
    'Maintainer: The Berth Authors <berth@localhost>',
    `Installed-Size: ${kib}`,
    `Depends: ${LIBRARIES[spec.program]}, ${depends}`,
    ...(recommends ? [`Recommends: ${recommends}`] : []),
    'Section: admin',
    'Priority: optional',
    `Description: ${summary}`,
    ...description.map((line) => ` ${line}`),
    '',
  ].join('\n');
}

function units(scope: 'user' | 'system', directory: string): Record<string, string> {
  const files = unitFiles({ scope, program: '/usr/bin/berthd' });
  return Object.fromEntries(files.map(({ name, text }) => [`${directory}/${name}`, text]));
}

type Source = ({ readonly text: string } | { readonly from: string }) & { readonly mode?: number };

/** Modes are set one by one: the umask of whoever builds must not show. */
function put(root: string, path: string, source: Source): void {
  const file = join(root, path);
  makeDirectories(root, dirname(path));
  if ('text' in source) writeFileSync(file, source.text);
  else copyFileSync(source.from, file);
  chmodSync(file, source.mode ?? 0o644);
}

function makeDirectories(root: string, path: string): void {
  if (path !== '.') makeDirectories(root, dirname(path));
  mkdirSync(join(root, path), { recursive: true });
  chmodSync(join(root, path), 0o755);
}

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(root, path)).isFile())
    .sort();
}

function md5(file: string): string {
  return createHash('md5').update(readFileSync(file)).digest('hex');
}
