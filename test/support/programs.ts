/** Where the built programs are, and the Node that runs them. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const NODE = resolve(ROOT, 'node_modules/node/bin/node');
const CLIENT_BUNDLE = resolve(ROOT, 'packages/client/dist/berth.cjs');
const AGENT_BUNDLE = resolve(ROOT, 'packages/agent/dist/berthd.cjs');
export const PROTO_DIR = resolve(ROOT, 'proto');

/** argv of the client, as the launcher runs it. */
export const BERTH: readonly string[] = [NODE, '--min-semi-space-size=16', '--', CLIENT_BUNDLE];
/** argv of the agent, as the launcher runs it. */
export const BERTHD: readonly string[] = [NODE, '--disable-warning=ExperimentalWarning', AGENT_BUNDLE];

/** First of the directories of PATH (and /usr/sbin) that holds the program. */
export function findProgram(name: string): string | null {
  const directories = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  return directories.map((directory) => `${directory}/${name}`).find((path) => existsSync(path)) ?? null;
}
