/** What a workspace of 50,000 files costs the agent, with packages being installed in it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';
import type { Bench } from './measure.ts';
import { cpuMs, residentMb } from './process.ts';

const FILES = 50_000;
const PER_FOLDER = 20;
/** What the agent still does of what was noticed, and what it tells, is done by then. */
const AFTER_MS = 5000;
const MOST_INSTALL_MS = 500;
const MOST_WRITE_MS = 3000;

export async function workspace(bench: Bench): Promise<void> {
  const { signal, report } = bench;
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const id = await startedId(sandbox, ['start', '--json', '--', 'sleep', '100000']);
  const own = join(sandbox.stateDir, 'sessions', id, 'workspace');
  const watched = async () => {
    const shown = await sandbox.json<{ watching: { directories: number; overflows: number } }>([
      ...['host', 'show', 'local'],
    ]);
    return shown.watching;
  };
  const cost = async (folder: string) => {
    const before = cpuMs(agent.pid);
    await writeFiles(join(own, folder), signal);
    await sleep(AFTER_MS, undefined, { signal });
    return cpuMs(agent.pid) - before;
  };

  const sources = await cost('src');
  const folders = FILES / PER_FOLDER;
  await until(async () => (await watched()).directories > folders, { what: 'all folders are watched' });
  const { directories, overflows } = await watched();
  report({
    what: `agent, CPU for ${FILES} files written into a workspace`,
    figure: `${sources.toFixed(0)} ms; ${directories} directories watched, ${overflows} overflows, ${residentMb(agent.pid).toFixed(0)} MB`,
    peer: '',
    ratio: '',
    bound: `at most ${MOST_WRITE_MS} ms`,
    holds: sources <= MOST_WRITE_MS,
  });
  const install = await cost('node_modules');
  report({
    what: `agent, CPU for ${FILES} files installed beside them into node_modules`,
    figure: `${install.toFixed(0)} ms; ${(await watched()).directories - directories} directories more watched`,
    peer: '',
    ratio: '',
    bound: `at most ${MOST_INSTALL_MS} ms`,
    holds: install <= MOST_INSTALL_MS,
  });
}

async function writeFiles(root: string, signal: AbortSignal): Promise<void> {
  for (let folder = 0; folder < FILES / PER_FOLDER; folder++) {
    signal.throwIfAborted();
    const path = join(root, `package-${folder}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < PER_FOLDER; file++) writeFileSync(join(path, `${file}.js`), 'x');
    // The agent is to have its share of the machine.
    if (folder % 100 === 0) await sleep(0);
  }
}
