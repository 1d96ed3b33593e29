/** The agent's executables that this client can install on hosts, by architecture. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';

export type AgentArch = 'x64' | 'arm64';

export interface AgentBinaryQuery {
  readonly arch: AgentArch;
  /** BERTH_AGENT_DIR names the directory to look in first. */
  readonly env: NodeJS.ProcessEnv;
  /** Of the client, or of the Node that runs it in a checkout; links are followed. */
  readonly executable: string;
  /** Default: of this process. */
  readonly ownArch?: string;
  /** Default: '/'. */
  readonly root?: string;
}

/** The path of a `berthd` that runs alone on a host of that architecture. Throws USAGE where there is none. */
export function findAgentBinary(query: AgentBinaryQuery): string {
  const { arch, env, ownArch = process.arch, root = '/' } = query;
  const beside = path.dirname(realpathSync(query.executable));
  const checkout = checkoutOf(beside);
  const directories = [
    ...(env.BERTH_AGENT_DIR ? [path.resolve(env.BERTH_AGENT_DIR)] : []),
    beside,
    path.join(beside, '../lib/berth'),
    path.join(root, 'usr/lib/berth'),
    ...(checkout ? [path.join(checkout, 'dist/release')] : []),
  ];
  const name = `berthd-linux-${arch}`;
  const own = [path.join(beside, 'berthd'), path.join(root, 'usr/bin/berthd')];
  const candidates = [
    ...directories.map((directory) => path.join(directory, name)),
    ...(arch === ownArch && process.platform === 'linux' ? own : []),
  ];
  const found = candidates.find(isExecutable);
  if (found) return found;
  throw new BerthError('USAGE', `no agent for linux-${arch} is on this machine`, {
    values: { arch, name },
    hint: checkout
      ? `npm run build:release -- --arch ${arch} --no-deb makes it; or set BERTH_AGENT_DIR to the directory of ${name}`
      : `download ${name} of the same release, and set BERTH_AGENT_DIR to its directory`,
  });
}

/** In a checkout the client runs on its `node_modules/node/bin/node`. */
function checkoutOf(beside: string): string | null {
  const suffix = path.join('/node_modules', 'node', 'bin');
  return beside.endsWith(suffix) ? beside.slice(0, -suffix.length) : null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
