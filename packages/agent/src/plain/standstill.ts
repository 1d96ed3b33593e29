/**
 * Stops the processes of a session, and lets them go on, by signals: a freezer of the kernel would
 * take the terminal along, which is to be looked at meanwhile. What serves the terminal is left
 * alone: tmux, what it runs in each pane at first (it lets that go on at once), and what writes the
 * transcript.
 */
import type { SessionPaths } from '../sessions/ports.ts';
import { argumentsOf, type Process, processOf } from './processes.ts';

/** Processes of one session, looked up anew at each call. */
export type Members = () => Promise<readonly Process[]>;

const STILL_MS = 5000;

/** Resolves once nothing moves any more: what is forked meanwhile is stopped as well. */
export async function freeze(members: Members, paths: SessionPaths): Promise<void> {
  const deadline = performance.now() + STILL_MS;
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    const moving = parentsFirst(await stoppable(members, paths)).filter(({ stopped }) => !stopped);
    if (moving.length === 0) return;
    if (performance.now() > deadline) {
      const left = moving.map(({ pid }) => pid).join(' ');
      throw new Error(`processes do not stand still: ${left}`);
    }
    for (const one of moving) send(one, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Children first: a shell that goes on must not find its jobs stopped. */
export async function thaw(members: Members, paths: SessionPaths): Promise<void> {
  const still = parentsFirst(await stoppable(members, paths)).reverse();
  // Also to what was not seen to stand still: it may be about to.
  for (const one of still) send(one, 'SIGCONT');
}

export async function frozen(members: Members, paths: SessionPaths): Promise<boolean> {
  return (await stoppable(members, paths)).every(({ stopped }) => stopped);
}

async function stoppable(members: Members, paths: SessionPaths): Promise<readonly Process[]> {
  const all = await members();
  const server = all.find(({ pid, leader }) => pid === leader && isServer(pid, paths));
  const spared = new Set<number>(server ? [server.pid] : []);
  const sinks = new Set<number>();
  for (const { pid, parent } of all) {
    if (parent !== server?.pid) continue;
    spared.add(pid);
    if (isSink(pid, paths)) sinks.add(pid);
  }
  return all.filter(({ pid, parent }) => !spared.has(pid) && !sinks.has(parent));
}

function isServer(pid: number, { tmuxSocket }: SessionPaths): boolean {
  const args = argumentsOf(pid);
  return args.includes('-D') && args.includes(tmuxSocket);
}

/** As tmux/terminals.ts starts it: a shell that runs a script for the session's directory. */
function isSink(pid: number, { directory }: SessionPaths): boolean {
  const args = argumentsOf(pid);
  return args.length === 3 && args[2] === directory;
}

/** By generations: a parent that could act on its child's stop stands still before it. */
function parentsFirst(all: readonly Process[]): Process[] {
  const byPid = new Map(all.map((one) => [one.pid, one]));
  const depth = ({ parent }: Process): number => {
    let steps = 0;
    for (let up = byPid.get(parent); up && steps < all.length; up = byPid.get(up.parent)) steps += 1;
    return steps;
  };
  const ranked = all.map((one) => ({ one, rank: depth(one) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ one }) => one);
}

/** Not to another process that got its number meanwhile. */
function send({ pid, start }: Process, signal: NodeJS.Signals): void {
  if (processOf(pid)?.start !== start) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The same of processes that others look up, by their numbers. */
export const standstillOf = {
  freeze: (pids: Pids, paths: SessionPaths) => freeze(processesOf(pids), paths),
  thaw: (pids: Pids, paths: SessionPaths) => thaw(processesOf(pids), paths),
  frozen: (pids: Pids, paths: SessionPaths) => frozen(processesOf(pids), paths),
};

type Pids = () => Promise<readonly number[]>;

function processesOf(pids: Pids): Members {
  return async () => (await pids()).map(processOf).filter((one) => one !== null && !one.zombie) as Process[];
}
