/** Timing things by turns, and the numbers that are quoted of it. */
import { spawn } from 'node:child_process';

/** What one figure needs of the run: a way to end early, and a place to say what came out. */
export interface Bench {
  /** Aborted when the run is to end: no further turn begins. */
  readonly signal: AbortSignal;
  report(row: Row): void;
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly peer: string;
  readonly ratio: string;
  readonly bound: string;
  /** Null where there is no bound to hold. */
  readonly holds: boolean | null;
}

/** A line for what this machine cannot measure. */
export function unmeasured(what: string, why: string): Row {
  return { what, figure: `not measured: ${why}`, peer: '', ratio: '', bound: '', holds: null };
}

/** A program of a measurement. */
export interface Spawned {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** All in the unit that was measured. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly p95: number;
  readonly p99: number;
}

/** A program that takes longer than this has failed. */
const LONGEST_MS = 20_000;
const WARM_UP_ROUNDS = 3;

/** The median, the quartiles around it, and what one in twenty and one in a hundred exceed. */
export function spread(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const [below = Number.NaN, above = below] = sorted.slice(Math.floor(place), Math.floor(place) + 2);
    return below + (above - below) * (place % 1);
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75), p95: at(0.95), p99: at(0.99) };
}

/** Runs the measurements by turns, so that noise hits all of them; the first rounds do not count. */
export async function byTurns<const T extends readonly (() => Promise<number>)[]>(
  { signal }: Bench,
  rounds: number,
  measurements: T,
  { warmUp = WARM_UP_ROUNDS } = {},
): Promise<{ [K in keyof T]: Spread }> {
  const samples = measurements.map((): number[] => []);
  for (let round = 0; round < rounds + warmUp; round++) {
    for (const [index, measure] of measurements.entries()) {
      signal.throwIfAborted();
      const value = await measure();
      if (round >= warmUp) samples[index]?.push(value);
    }
  }
  return samples.map(spread) as { [K in keyof T]: Spread };
}

export interface Run {
  /** Of standard output, since the spawn; NaN where it printed nothing. */
  readonly firstByteMs: number;
  readonly totalMs: number;
  readonly stdout: Buffer;
}

/** Runs a program to its end, timed from its spawn. Rejects where it fails. */
export function timed({ argv, env }: Spawned): Promise<Run> {
  return new Promise((resolve, reject) => {
    const [program = '', ...args] = argv;
    const chunks: Buffer[] = [];
    let firstByteMs = Number.NaN;
    let said = '';
    const began = performance.now();
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LONGEST_MS });
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunks.length === 0) firstByteMs = performance.now() - began;
      chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code, killed) => {
      const totalMs = performance.now() - began;
      if (code === 0) resolve({ firstByteMs, totalMs, stdout: Buffer.concat(chunks) });
      else reject(new Error(`${argv.join(' ')} ended with ${code ?? killed}: ${said.trim()}`));
    });
  });
}

/** Ms of a whole run, whose output must be as expected: nothing that did not do its work is timed. */
export async function totalOf(spawned: Spawned, expected: (stdout: Buffer) => boolean): Promise<number> {
  const { totalMs, stdout } = await timed(spawned);
  if (!expected(stdout)) throw new Error(`${spawned.argv.join(' ')} printed ${stdout.length} other bytes`);
  return totalMs;
}

/** `12.3 ms (11.9 to 13.0)`: the median, and the quartiles around it. */
export function ms({ median, low, high }: Spread): string {
  return `${digits(median)} ms (${digits(low)} to ${digits(high)})`;
}

function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
