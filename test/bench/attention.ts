/** From a session that asks to the line of a watch on the laptop: how soon somebody knows. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AttentionServiceClient } from '@berth/shared/gen/berth/v1/attention';
import { credentials } from '@grpc/grpc-js';
import { BERTH } from '../support/programs.ts';
import { startedId } from '../support/started.ts';
import type { SshHost } from './hosts.ts';
import { type Bench, byTurns, ms, type Spread } from './measure.ts';

const ROUNDS = 200;
const MOST_P50_MS = 20;
const MOST_P99_MS = 100;
/** Each way answers a line in the session's fifo; of what is asked by file every time is another question. */
const WAYS = {
  BEL: String.raw`printf '\a'`,
  'status file': `printf '{"status":"waiting","message":"%s"}' $((++i)) >"$BERTH_STATUS_DIR/tool.json"`,
} as const;

export async function attention(bench: Bench, host: SshHost): Promise<void> {
  await using watch = new Watch(host);
  await using echo = new SshEcho(host);
  await using cleanup = new AsyncDisposableStack();
  const bell = cleanup.use(await Asker.start(host, watch, 'BEL'));
  const file = cleanup.use(await Asker.start(host, watch, 'status file'));
  const [byBell, byFile, plain] = await byTurns(bench, ROUNDS, [
    () => bell.ask(),
    () => file.ask(),
    () => echo.byte(),
  ]);
  const row = (what: string, figure: Spread) =>
    bench.report({
      what: `${what} in a session to the line of \`berth watch --json\`, over the ssh tunnel`,
      figure: `${ms(figure)}, p99 ${figure.p99.toFixed(1)} ms`,
      peer: `a byte to \`ssh HOST cat\` and back, warm master: ${ms(plain)}, p99 ${plain.p99.toFixed(1)} ms`,
      ratio: `${(figure.median - plain.median).toFixed(1)} ms more`,
      bound: `p50 at most ${MOST_P50_MS} ms, p99 at most ${MOST_P99_MS} ms`,
      holds: figure.median <= MOST_P50_MS && figure.p99 <= MOST_P99_MS,
    });
  row('BEL', byBell);
  row('status file', byFile);
}

interface Told {
  readonly session_id: string;
  readonly type: string;
}

/** A running `berth watch`, and when it told what. */
class Watch implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, (at: number) => void>();

  constructor({ sandbox }: SshHost) {
    const [program = '', ...args] = [...BERTH, 'watch', '--host', 'dev', '--json', '--since', '1m'];
    this.#child = spawn(program, args, { env: sandbox.env, stdio: ['ignore', 'pipe', 'inherit'] });
    if (!this.#child.stdout) throw new Error('a watch without output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const at = performance.now();
      const { session_id, type } = JSON.parse(line) as Told;
      const key = `${session_id} ${type}`;
      this.#waiting.get(key)?.(at);
      this.#waiting.delete(key);
    });
  }

  /** Resolves with the time (performance.now) when the next such event is told. */
  next(id: string, type: string): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const late = setTimeout(() => reject(new Error(`the watch does not tell ${type} of ${id}`)), 10_000);
    this.#waiting.set(`${id} ${type}`, (at) => {
      clearTimeout(late);
      resolve(at);
    });
    return promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return ended(this.#child);
  }
}

/** A session that asks for somebody as often as it is told to. */
class Asker implements AsyncDisposable {
  readonly #id: string;
  readonly #fifo: number;
  readonly #watch: Watch;
  readonly #client: AttentionServiceClient;

  private constructor(options: { id: string; fifo: number; watch: Watch; socket: string }) {
    this.#id = options.id;
    this.#fifo = options.fifo;
    this.#watch = options.watch;
    this.#client = new AttentionServiceClient(`unix:${options.socket}`, credentials.createInsecure());
  }

  static async start({ sandbox }: SshHost, watch: Watch, way: keyof typeof WAYS): Promise<Asker> {
    const path = join(sandbox.dir, `fifo-${randomUUID()}`);
    execFileSync('mkfifo', [path]);
    // Open for both: neither side waits for the other.
    const fifo = openSync(path, 'r+');
    const script = `exec 3<>"$1"; while read -r -u 3 _; do ${WAYS[way]}; done`;
    const argv = ['bash', '-c', script, 'asker', path];
    const id = await startedId(sandbox, ['start', '--json', '--host', 'dev', '--', ...argv]);
    const socket = join(sandbox.dir, 'dev/run/berth/agent.sock');
    return new Asker({ id, fifo, watch, socket });
  }

  /** Ms until it is told; it is taken back before this resolves. */
  async ask(): Promise<number> {
    const told = this.#watch.next(this.#id, 'attention_raised');
    const began = performance.now();
    writeSync(this.#fifo, '\n');
    const took = (await told) - began;
    const cleared = this.#watch.next(this.#id, 'attention_cleared');
    const request = { requestId: randomUUID(), session: this.#id };
    await new Promise<void>((resolve, reject) => {
      this.#client.acknowledge(request, (error) => (error ? reject(error) : resolve()));
    });
    await cleared;
    return took;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    closeSync(this.#fifo);
  }
}

/** What ssh itself takes for a byte there and back. */
class SshEcho implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor({ sandbox, ssh }: SshHost) {
    const [program = '', ...args] = [...ssh(), 'cat'];
    this.#child = spawn(program, args, { env: sandbox.env, stdio: ['pipe', 'pipe', 'inherit'] });
  }

  byte(): Promise<number> {
    return new Promise((resolve) => {
      const began = performance.now();
      this.#child.stdout?.once('data', () => resolve(performance.now() - began));
      this.#child.stdin?.write('x');
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return ended(this.#child);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill();
  await gone;
}
