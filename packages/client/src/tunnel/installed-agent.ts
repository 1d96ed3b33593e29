/** Where the agent is that was installed with this client, when the client is one executable file. */
import { accessSync, constants, realpathSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';

export interface InstalledAgentQuery {
  readonly env: NodeJS.ProcessEnv;
  /** Of the client; a link to it may stand elsewhere. */
  readonly executable: string;
  /** Default: where the Debian package puts it. */
  readonly system?: string;
}

/** Beside the client, where packages put it, or on the PATH. Throws AGENT_MISSING. */
export function installedAgent({ env, executable, system = '/usr/bin/berthd' }: InstalledAgentQuery): string {
  const beside = path.dirname(realpathSync(executable));
  const names = ['berthd', `berthd-linux-${process.arch}`];
  const onPath = (env.PATH ?? '').split(':').filter((directory) => path.isAbsolute(directory));
  const candidates = [
    ...names.map((name) => path.join(beside, name)),
    system,
    ...onPath.map((directory) => path.join(directory, 'berthd')),
  ];
  const found = candidates.find(executableFile);
  if (found) return found;
  throw new BerthError('AGENT_MISSING', 'berthd is not installed on this machine', {
    hint: `install the package berthd, or put it beside ${executable}`,
  });
}

function executableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
