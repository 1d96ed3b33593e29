/** `berth host code install` and `show`: the VS Code that sessions of a host are opened with. */
import { accessSync, constants, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { EditorInstallation } from '@berth/shared/domain/editor';
import { oneLine } from '@berth/shared/domain/text';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { privateDirectory } from '../config/paths.ts';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { findHost } from '../fleet/inventory.ts';
import { toJson } from '../render/json.ts';
import { stepLine } from '../render/step-line.ts';
import { isAlive } from '../tunnel/process-lock.ts';
import type { HostArguments } from './host-flags.ts';
import { interruption } from './interruption.ts';

export async function hostCode({ flags, words }: HostArguments, context: Context): Promise<number> {
  const [verb, name, extra] = words;
  if (verb !== 'install' && verb !== 'show') {
    throw new BerthError('USAGE', 'berth host code takes install or show, and a host');
  }
  if (name === undefined) throw new BerthError('USAGE', `berth host code ${verb} needs a host`);
  if (extra !== undefined) {
    throw new BerthError('USAGE', `berth host code ${verb} takes one host, not also ${extra}`);
  }
  if (verb === 'show' && flags.from !== undefined) {
    throw new BerthError('USAGE', 'berth host code show has no flag --from');
  }
  const host = findHost(await context.hosts(), name);
  if (verb === 'install') await install(host, context, flags.from ?? null);
  const client = await context.connect(host);
  tell(host, await client.getInstallation(), context);
  return 0;
}

async function install(host: HostConfig, context: Context, from: string | null): Promise<void> {
  const { installCodeServer } = await import('../hosts/code-server.ts');
  using line = stepLine(context.console, host.name);
  using interrupted = interruption();
  const { signal } = interrupted;
  try {
    using archive = from === null ? null : await archiveOf(from, context, (step) => line.show(step));
    const shell = await context.shell(host, { signal });
    const progress = (step: string, share?: number) => line.show(step, share);
    await installCodeServer(shell, { archive: archive?.file ?? null, progress, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new BerthError('INTERRUPTED', `bringing code-server to ${host.name} was broken off`, {
      hint: 'run the command again: nothing is half there',
    });
  }
}

/** The file itself; of a directory (an installation of this machine) an archive that goes with its use. */
async function archiveOf(
  from: string,
  { paths }: Context,
  progress: (step: string) => void,
): Promise<{ readonly file: string } & Disposable> {
  const isDirectory = lookAt(from);
  if (!isDirectory) return { file: from, [Symbol.dispose]() {} };
  if (!statSync(path.join(from, 'bin/code-server'), { throwIfNoEntry: false })) {
    throw new BerthError('FILE_NOT_FOUND', `there is no bin/code-server in ${from}`, {
      hint: 'name the directory of an installation, or an archive of one',
    });
  }
  progress('packing it');
  makeDirectory(paths.cacheDir, 0o777);
  const directory = privateDirectory(path.join(paths.cacheDir, 'code-server'));
  removeLeft(directory);
  const file = path.join(directory, `${process.pid}.tar.gz`);
  const { runProgram } = await import('../notify/program.ts');
  const { code, stderr } = await runProgram(['tar', '-czf', file, '-C', from, '.'], {
    env: { ...process.env, GZIP: '-1' },
    timeoutMs: PACK_MS,
  });
  const archive = { file, [Symbol.dispose]: () => rmSync(file, { force: true }) };
  if (code === 0) return archive;
  archive[Symbol.dispose]();
  throw new BerthError(
    'EDITOR_INSTALL_FAILED',
    `cannot pack ${from}: ${oneLine(stderr.trim().split('\n').at(-1) ?? '')}`,
  );
}

const PACK_MS = 15 * 60_000;

/** True of a directory. Throws FILE_NOT_FOUND for what cannot be read. */
function lookAt(from: string): boolean {
  const hint = 'name an archive or a directory';
  try {
    const found = statSync(from, { throwIfNoEntry: false });
    if (!found) throw new BerthError('FILE_NOT_FOUND', `there is no ${from}`, { hint });
    accessSync(from, constants.R_OK);
    return found.isDirectory();
  } catch (error) {
    if (error instanceof BerthError) throw error;
    throw new BerthError('FILE_NOT_FOUND', `cannot read ${from}: ${messageOf(error)}`, { hint });
  }
}

/** Archives of commands that were killed: hundreds of megabytes each. */
function removeLeft(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (!isAlive(Number.parseInt(name, 10))) rmSync(path.join(directory, name), { force: true });
  }
}

function tell(host: HostConfig, it: EditorInstallation, { console }: Context): void {
  if (console.json) {
    const { program, version, path: at, installDirectory: install_directory, extensions } = it;
    console.out(
      `${toJson({ code: { host: host.name, program, version, path: at, install_directory, extensions } })}\n`,
    );
    return;
  }
  if (it.program === '') {
    console.out(`${host.name} has no VS Code for sessions: berth host code install ${host.name}\n`);
    return;
  }
  const extensions = it.extensions.map((one) => `  extension ${oneLine(one)}\n`).join('');
  console.out(`${host.name}: ${oneLine(`${it.program} ${it.version}`)} (${oneLine(it.path)})\n${extensions}`);
}
