import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isAlive, takeLock } from './process-lock.ts';

let directory: string;
let lock: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'bl-'));
  lock = path.join(directory, 'lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

const never = new AbortController().signal;

async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}

it('is given back, and leaves no file', async () => {
  (await takeLock(lock, never))[Symbol.dispose]();
  (await takeLock(lock, never))[Symbol.dispose]();
  expect(existsSync(lock)).toBe(false);
});

it('is taken over from a holder that died', async () => {
  writeFileSync(lock, String(await deadPid()));
  using _held = await takeLock(lock, never);
  expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
});

it('waits for a holder that lives, until the signal', async () => {
  writeFileSync(lock, String(process.ppid));
  await expect(takeLock(lock, AbortSignal.timeout(100))).rejects.toThrow();
  expect(readFileSync(lock, 'utf8')).toBe(String(process.ppid));
});

it('has one holder at a time, though each inherits it from the dead', async () => {
  const module = new URL('./process-lock.ts', import.meta.url).href;
  const counter = path.join(directory, 'counter');
  writeFileSync(counter, '0');
  // A lost update shows two holders; a lock is left behind by each third of them.
  const script = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { isAlive, takeLock } from ${JSON.stringify(module)};
    const [lock, counter, dead] = process.argv.slice(-3);
    for (let i = 0; i < 30; i++) {
      const held = await takeLock(lock, new AbortController().signal);
      const seen = Number(readFileSync(counter, 'utf8'));
      await new Promise((resolve) => setTimeout(resolve, 1));
      writeFileSync(counter, String(seen + 1));
      if (i % 3 === 0) writeFileSync(lock, dead);
      else held[Symbol.dispose]();
    }`;
  const dead = String(await deadPid());
  const argv = ['--input-type=module', '-e', script, lock, counter, dead];
  const clients = [1, 2, 3, 4].map(() => spawn(process.execPath, argv, { stdio: 'inherit' }));
  const ends = await Promise.all(clients.map((client) => once(client, 'exit')));
  expect(ends.map(([code]) => code)).toEqual([0, 0, 0, 0]);
  expect(readFileSync(counter, 'utf8')).toBe('120');
}, 60_000);

it.runIf(process.platform === 'linux')('takes nobody for alive that only waits to be collected', async () => {
  // The shell becomes a sleep, which does not collect the child that the shell had.
  const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const name = () => readFileSync(`/proc/${parent.pid}/comm`, 'utf8').trim();
  try {
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(line.toString());
    await expect.poll(name, { timeout: 5000 }).toBe('sleep');
    expect(isAlive(child)).toBe(true);
    process.kill(child, 'SIGKILL');
    await expect.poll(() => isAlive(child), { timeout: 5000 }).toBe(false);
    expect(existsSync(`/proc/${child}`)).toBe(true);
  } finally {
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  }
});
