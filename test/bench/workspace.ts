/** What an agent costs while a package manager works in a large workspace that it follows. (Linux: read from /proc.) */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import type { Bench } from './measure.ts';
import { cpuMs } from './process-figures.ts';

const FILES = 50_000;
const FILES_A_FOLDER = 100;
/** Made and removed again, as by `npm ci`. */
const IN_MODULES = 20_000;
const ELSEWHERE = 2000;
const QUIET_MS = 1000;

export async function workspace(bench: Bench): Promise<void> {
  const { signal } = bench;
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent();
  const id = await startedId(sandbox, ['start', '--json', '--', 'sleep', '100000']);
  const { workspace: top } = await sandbox.json<{ workspace: string }>(['show', id]);
  await using watch = sandbox.spawnBerth(['watch', '--json', '--only', 'files']);
  fill(join(top, 'src'), FILES);
  await watch.waitForText(/"type":"files_changed"/);
  const filled = await quiet(agent.pid, signal);
  const watches = inotifyWatches(agent.pid);

  const began = performance.now();
  fill(join(top, 'node_modules'), IN_MODULES);
  rmSync(join(top, 'node_modules'), { recursive: true });
  // In folders that are watched: each file is told of by the kernel, coming and going.
  const elsewhere = Array.from({ length: ELSEWHERE }, (_, i) =>
    join(top, 'src', `folder-${i % (FILES / FILES_A_FOLDER)}`, `new-${i}.js`),
  );
  for (const file of elsewhere) writeFileSync(file, '');
  for (const file of elsewhere) rmSync(file);
  const tookMs = performance.now() - began;
  const used = (await quiet(agent.pid, signal)) - filled;
  bench.report({
    what: `agent, CPU for ${IN_MODULES} files made and removed in \`node_modules\` and ${ELSEWHERE} in watched folders, in a workspace of ${FILES} files`,
    figure: `${(used / 1000).toFixed(2)} s; ${watches} directories watched`,
    peer: `making and removing them: ${(tookMs / 1000).toFixed(2)} s`,
    ratio: `${(used / tookMs).toFixed(2)} times`,
    bound: 'reported',
    holds: null,
  });
}

function fill(directory: string, files: number): void {
  for (let folder = 0; folder < files / FILES_A_FOLDER; folder++) {
    const path = join(directory, `folder-${folder}`);
    mkdirSync(path, { recursive: true });
    for (let i = 0; i < FILES_A_FOLDER; i++) writeFileSync(join(path, `file-${i}.js`), '');
  }
}

/** CPU (ms since its start) of a process once it has used next to nothing for a while. */
async function quiet(pid: number, signal: AbortSignal): Promise<number> {
  let last = cpuMs(pid);
  for (;;) {
    await sleep(QUIET_MS, undefined, { signal });
    const now = cpuMs(pid);
    if (now - last < QUIET_MS / 50) return now;
    last = now;
  }
}

/** All that a process holds, of all its inotify instances. */
function inotifyWatches(pid: number): number {
  const infos = readdirSync(`/proc/${pid}/fdinfo`).map((fd) =>
    readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'),
  );
  return infos.reduce((sum, info) => sum + (info.match(/^inotify wd:/gm) ?? []).length, 0);
}
