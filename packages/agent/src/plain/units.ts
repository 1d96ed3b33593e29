/**
 * Units without systemd: each a process with a terminal session and process group of its own,
 * which outlives the agent. What belongs to it is known by BERTH_SESSION_ID in the environment it
 * was started with, and by descent; so nothing escapes by going into the background. Limits are
 * advisory.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SessionPaths, UnitSpec, Units } from '../sessions/ports.ts';
import { type Identity, identityOf, livingOf, send } from './identity.ts';
import {
  allProcesses,
  argumentsOf,
  Census,
  type Process,
  startedWith,
  usageOf,
  withDescendants,
} from './processes.ts';
import { freeze, frozen, thaw } from './standstill.ts';

/** The unit's main process, told from any other, also across a reboot. */
interface Main extends Identity {
  readonly bootId: string;
}

const GONE_MS = 10_000;

export function createPlainUnits(): Units {
  const bootId = currentBoot();
  const census = new Census();

  async function observe(sessionId: string, paths: SessionPaths): Promise<'alive' | 'gone' | 'rebooted'> {
    const identity = await recorded(paths);
    if (identity && identity.bootId !== bootId) return 'rebooted';
    if (identity) return livingOf(identity) ? 'alive' : 'gone';
    // Never started, unless the agent died between the start and the record of it: then the
    // server's socket is there.
    if (!existsSync(paths.tmuxSocket)) return 'gone';
    const server = findServer(sessionId, paths);
    if (!server) return 'gone';
    await keep(paths, { pid: server.pid, start: server.start, bootId });
    return 'alive';
  }

  async function start({ sessionId, paths, argv, env }: UnitSpec): Promise<void> {
    if ((await observe(sessionId, paths)) === 'alive') return;
    const [program = '', ...args] = argv;
    // Short and for people: what the unit itself has to say.
    const log = openSync(path.join(paths.directory, 'unit.log'), 'a', 0o600);
    let pid: number;
    try {
      const child = spawn(program, args, {
        cwd: paths.workspace,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env, BERTH_SESSION_ID: sessionId },
        detached: true,
        stdio: ['ignore', log, log],
      });
      pid = await new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('spawn', () => resolve(child.pid ?? 0));
      });
      child.unref();
    } finally {
      closeSync(log);
    }
    // Where it ended at once the terminal will say why.
    await keep(paths, { ...identityOf(pid), bootId });
  }

  /** Everything of the session, whoever its parents are. */
  async function members(sessionId: string, paths: SessionPaths): Promise<Process[]> {
    const all = allProcesses();
    const identity = await recorded(paths);
    const roots = new Set<number>();
    for (const { pid, start } of all) {
      const isMain = identity?.bootId === bootId && pid === identity.pid && start === identity.start;
      if (isMain || startedWith(pid, mark(sessionId))) roots.add(pid);
    }
    return withDescendants(roots, all).filter(({ pid }) => pid !== process.pid);
  }

  return {
    enforcement: 'advisory',
    usageIsDear: true,
    start,
    observe,

    async signal(sessionId, paths, signal) {
      const all = await members(sessionId, paths);
      const wrapper = find(all, (args) => args.includes(paths.directory) && args.includes(paths.envFile));
      if (!wrapper) return;
      for (const { pid, leader } of all) {
        if (leader === wrapper.leader && pid !== wrapper.leader) send(pid, signal);
      }
    },

    async members(sessionId, paths) {
      return (await members(sessionId, paths)).map(({ pid }) => pid);
    },
    freeze: (sessionId, paths) => freeze(() => members(sessionId, paths), paths),
    thaw: (sessionId, paths) => thaw(() => members(sessionId, paths), paths),
    frozen: (sessionId, paths) => frozen(() => members(sessionId, paths), paths),

    async kill(sessionId, paths) {
      const deadline = performance.now() + GONE_MS;
      for (let pause = 1; ; pause = Math.min(pause * 2, 100)) {
        const left = await members(sessionId, paths);
        if (left.length === 0) break;
        if (performance.now() > deadline) {
          throw new Error(`processes of ${sessionId} do not end: ${left.map(({ pid }) => pid).join(' ')}`);
        }
        for (const { pid } of left) send(pid, 'SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      await rm(paths.tmuxSocket, { force: true });
    },

    async usage(_sessionId, paths) {
      const identity = await recorded(paths);
      if (identity?.bootId !== bootId || !livingOf(identity)) return null;
      return usageOf(census.treeOf(identity.pid));
    },

    // There is no cgroup that could hold a limit.
    enforces: async () => 'advisory',
  };
}

/** True of a session that was started as plain processes since the machine was booted. */
export function startedPlain(paths: SessionPaths): boolean {
  if (!existsSync(recordFile(paths))) return false;
  const { bootId } = JSON.parse(readFileSync(recordFile(paths), 'utf8')) as Main;
  return bootId === currentBoot();
}

function currentBoot(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function mark(sessionId: string): string {
  return `BERTH_SESSION_ID=${sessionId}`;
}

/** The unit's main process, by what it was started with. */
function findServer(sessionId: string, paths: SessionPaths): Process | null {
  const server = find(allProcesses(), (args) => args.includes('-D') && args.includes(paths.tmuxSocket));
  return server && startedWith(server.pid, mark(sessionId)) ? server : null;
}

function find(all: readonly Process[], matches: (args: readonly string[]) => boolean): Process | null {
  // The one that leads its terminal session: what it forks has its arguments too, for a moment.
  for (const one of all) {
    if (one.pid === one.leader && matches(argumentsOf(one.pid))) return one;
  }
  return null;
}

async function recorded(paths: SessionPaths): Promise<Main | null> {
  try {
    return JSON.parse(await readFile(recordFile(paths), 'utf8')) as Main;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function keep(paths: SessionPaths, identity: Main): Promise<void> {
  await writeFile(`${recordFile(paths)}.new`, JSON.stringify(identity), { mode: 0o600 });
  await rename(`${recordFile(paths)}.new`, recordFile(paths));
}

function recordFile(paths: SessionPaths): string {
  return path.join(paths.directory, 'unit.json');
}
