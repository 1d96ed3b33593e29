/** `berth host code install` and `show`: the VS Code that sessions of a host are opened with. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { EditorInstallation } from '@berth/shared/domain/editor';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { findHost } from '../fleet/inventory.ts';
import { toJson } from '../render/json.ts';
import { stepLine } from '../render/step-line.ts';
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
  const { archiveOf } = await import('../hosts/code-archive.ts');
  using line = stepLine(context.console, host.name);
  using interrupted = interruption();
  const { signal } = interrupted;
  try {
    using archive = from === null ? null : await archiveOf(from, context.paths, (step) => line.show(step));
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
