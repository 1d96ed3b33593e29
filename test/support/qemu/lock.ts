/** A lock between processes that the kernel gives back when its holder dies, however it dies. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mortal } from './directory.ts';

/** Waits until nobody else holds the lock, then runs the work. */
export async function withLock<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  // The holder is flock(1), until its standard input ends: at the latest with this process.
  const [program = '', ...args] = mortal(['flock', file, 'sh', '-c', 'echo held; exec cat']);
  const holder = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(holder, 'close');
  try {
    const [first] = await Promise.race([once(holder.stdout, 'data'), ended]);
    if (String(first).trim() !== 'held') throw new Error(`flock ${file} ended with ${String(first)}`);
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
