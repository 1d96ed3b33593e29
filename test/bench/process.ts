/** What a process uses. (Linux: read from /proc.) */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export function residentMb(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has no resident memory`);
  return (Number(kib) * 1024) / 1e6;
}

/** CPU of user and system, since its start. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the program's name, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (ticks / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))) * 1000;
}
