/** A repository on its way to a host over ssh: the first time, and after a change of one line; beside `git push`. */
import { execFileSync, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitIn, newRepository } from '../support/git-home.ts';
import type { SshHost } from './hosts.ts';
import { type Bench, byTurns, ms, timed } from './measure.ts';

const BINARIES = 600;
const BINARY_BYTES = 100_000;
const TEXTS = 4000;
const LINES = 150;
/** Commits that each change some binaries: history that no work tree shows. */
const COMMITS = 30;
const CHANGED = 10;

const FIRST_ROUNDS = 3;
const FIRST_RATIO = 1.3;
const SECOND_ROUNDS = 7;
const SECOND_RATIO = 2;

export async function upload(bench: Bench, host: SshHost): Promise<void> {
  const { sandbox, ssh } = host;
  const repo = join(sandbox.dir, 'big');
  const peer = join(sandbox.dir, 'peer.git');
  fill(repo);
  const kib = Number(/^size-pack: (\d+)/m.exec(gitIn(repo)('count-objects', '-v'))?.[1]);
  const shell = ssh().slice(0, -1).join(' ');
  const env = { ...sandbox.env, GIT_SSH_COMMAND: shell, GIT_CONFIG_NOSYSTEM: '1' };
  const cacheDir = join(sandbox.dir, 'upload-cache');
  const script = join(import.meta.dirname, 'upload-client.ts');
  const client = fork(script, [repo], { env: { ...env, XDG_CACHE_HOME: cacheDir }, stdio: 'inherit' });
  await using _ending = { [Symbol.asyncDispose]: async () => void client.disconnect() };
  const answer = async () => {
    const [told] = await once(client, 'message', {
      signal: AbortSignal.any([bench.signal, AbortSignal.timeout(60_000)]),
    });
    return told as unknown;
  };
  await answer();
  const berth = async () => {
    client.send('bring');
    return Number(await answer());
  };
  const push = async () => {
    const argv = ['git', '-C', repo, 'push', '-q', `dev:${peer}`, 'main'];
    return (await timed({ argv, env })).totalMs;
  };
  const empty = () => {
    rmSync(join(sandbox.dir, 'dev/state/berth/repositories'), { recursive: true, force: true });
    rmSync(cacheDir, { recursive: true, force: true });
    rmSync(peer, { recursive: true, force: true });
    execFileSync('git', ['init', '-q', '--bare', peer], { env });
  };

  const [pushFirst, berthFirst] = await byTurns(
    bench,
    FIRST_ROUNDS,
    [
      async () => {
        empty();
        return await push();
      },
      berth,
    ],
    { warmUp: 1 },
  );
  const about = `a repository of ${Math.round(kib / 1024)} MiB`;
  report(bench, `first upload of ${about}`, { berth: berthFirst, push: pushFirst, most: FIRST_RATIO });

  let line = 0;
  const change = () => {
    appendFileSync(join(repo, 'text/0/0.txt'), `line ${line++}\n`);
    gitIn(repo)('commit', '-q', '-a', '-m', 'one line');
  };
  const [pushSecond, berthSecond] = await byTurns(
    bench,
    SECOND_ROUNDS,
    [
      async () => {
        change();
        return await push();
      },
      berth,
    ],
    { warmUp: 1 },
  );
  const again = `second upload of ${about}, one line changed`;
  report(bench, again, { berth: berthSecond, push: pushSecond, most: SECOND_RATIO });
}

type Spread = Parameters<typeof ms>[0];

function report(bench: Bench, what: string, figures: { berth: Spread; push: Spread; most: number }): void {
  const ratio = figures.berth.median / figures.push.median;
  bench.report({
    what,
    figure: ms(figures.berth),
    peer: `\`git push\`, warm master: ${ms(figures.push)}`,
    ratio: `${ratio.toFixed(2)} times`,
    bound: `at most ${figures.most} times`,
    holds: ratio <= figures.most,
  });
}

/** The same bytes each time; half of the work tree is text. */
function fill(repo: string): void {
  const git = newRepository(repo);
  mkdirSync(join(repo, 'binary'));
  let seed = Buffer.alloc(32);
  const noise = (bytes: number) => {
    const parts: Buffer[] = [];
    for (let length = 0; length < bytes; length += seed.length) {
      seed = createHash('sha256').update(seed).digest();
      parts.push(seed);
    }
    return Buffer.concat(parts).subarray(0, bytes);
  };
  const binary = (i: number) => writeFileSync(join(repo, 'binary', `${i}.png`), noise(BINARY_BYTES));
  for (let i = 0; i < BINARIES; i++) binary(i);
  for (let i = 0; i < TEXTS; i++) {
    const folder = join(repo, 'text', String(i % 100));
    mkdirSync(folder, { recursive: true });
    const line = (n: number) =>
      `  const value${n} = compute(${seed[n % 32]}, 'name-${n * i}', options); // ${i}\n`;
    seed = createHash('sha256').update(seed).digest();
    writeFileSync(join(folder, `${i}.txt`), Array.from({ length: LINES }, (_, n) => line(n)).join(''));
  }
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  for (let commit = 0; commit < COMMITS; commit++) {
    for (let i = 0; i < CHANGED; i++) binary((commit * CHANGED + i) % BINARIES);
    git('commit', '-q', '-a', '-m', `change ${commit}`);
  }
  git('gc', '-q');
}
