/**
 * A directory for each VM, named after the process that owns it, so that the next run can remove
 * what a crashed one left. (QEMU and ssh themselves die with their owner: see `mortal`.)
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^berth-qemu-(\d+)-(\d+)-/;

export function makeDirectory(): string {
  for (const name of readdirSync(tmpdir())) {
    const [, pid, start] = NAME.exec(name) ?? [];
    if (pid && startTime(pid) !== start) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtempSync(join(tmpdir(), `berth-qemu-${process.pid}-${startTime(String(process.pid))}-`));
}

/** argv of a child that the kernel kills when this process ends, even by SIGKILL. */
export function mortal(argv: readonly string[]): readonly string[] {
  return ['setpriv', '--pdeathsig', 'KILL', '--', ...argv];
}

/** Ticks from the machine's start; with it a process id means one process only. Null where it has ended. */
function startTime(pid: string): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
