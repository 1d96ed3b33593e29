/** Timing things, and the numbers that are quoted of it. */
import { spawn } from 'node:child_process';

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Runs the measurements by turns, so that noise hits all of them; the first two rounds do not count. */
export async function byTurns(
  rounds: number,
  ...measurements: readonly (() => Promise<number>)[]
): Promise<number[]> {
  const samples = measurements.map((): number[] => []);
  for (let round = 0; round < rounds + 2; round++) {
    for (const [index, measure] of measurements.entries()) {
      const value = await measure();
      if (round >= 2) samples[index]?.push(value);
    }
  }
  return samples.map(median);
}

export interface Spawned {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Ms from the spawn of a program to its end, its output thrown away. Rejects where it fails. */
export function timeOf({ argv, env }: Spawned): Promise<number> {
  return new Promise((resolve, reject) => {
    const [program = '', ...args] = argv;
    const began = performance.now();
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.resume();
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(performance.now() - began);
      else reject(new Error(`${argv.join(' ')} exited with ${code}`));
    });
  });
}

/** Ms from the spawn of a program to the first byte it prints; it is run to its end. */
export function timeToFirstByte({ argv, env }: Spawned): Promise<number> {
  return new Promise((resolve, reject) => {
    const [program = '', ...args] = argv;
    const began = performance.now();
    let first = Number.NaN;
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.on('data', () => {
      if (Number.isNaN(first)) first = performance.now() - began;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(first);
      else reject(new Error(`${argv.join(' ')} exited with ${code}`));
    });
  });
}
