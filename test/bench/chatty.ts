/** What an agent costs while a hundred sessions print, some are followed, and all are watched. (Linux: read from /proc.) */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ReadOutputResponse, TerminalServiceClient } from '@berth/shared/gen/berth/v1/terminal';
import { type ClientReadableStream, credentials } from '@grpc/grpc-js';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import type { Bench } from './measure.ts';
import { cpuMs, residentMb } from './process-figures.ts';

const SESSIONS = 100;
const FOLLOWERS = 20;
const AT_ONCE = 5;
const MEASURE_MS = 20_000;
const MOST_CPU_PERCENT = 50;
const MOST_MB = 200;
/** Ten lines a second without starting a process for each. */
export const CHATTER =
  'exec 3<> <(:); for ((i = 0; ; i++)); do echo "line $i of a session that has something to say"; read -t 0.1 -u 3; [ -e stop ] && break; done; sleep 100000';

export async function chatty(bench: Bench): Promise<void> {
  const { signal } = bench;
  await using sandbox = createSandbox();
  const agent = await sandbox.startAgent({ flags: ['--memory-capacity', '4G', '--default-slot', '16M'] });
  const ids: string[] = [];
  while (ids.length < SESSIONS) {
    signal.throwIfAborted();
    const some = Array.from({ length: AT_ONCE }, () =>
      startedId(sandbox, ['start', '--json', '--', 'bash', '-c', CHATTER]),
    );
    ids.push(...(await Promise.all(some)));
  }
  const client = new TerminalServiceClient(`unix:${agent.socket}`, credentials.createInsecure());
  const followed = ids.slice(0, FOLLOWERS).map((id) => follow(client, id));
  await using watch = sandbox.spawnBerth(['watch', '--json', '--since', '1h']);
  const dash = sandbox.berthTerminal(['dash']);
  await dash.waitForScreen(new RegExp(`${SESSIONS} sessions`));
  await sleep(2000, undefined, { signal });
  const [before, began] = [cpuMs(agent.pid), performance.now()];
  await sleep(MEASURE_MS, undefined, { signal });
  const percent = ((cpuMs(agent.pid) - before) / (performance.now() - began)) * 100;
  const mb = residentMb(agent.pid);
  for (const { call } of followed) call.cancel();
  const lost = followed.filter(
    ({ id, seen }) => !seen.isIn(join(sandbox.stateDir, 'sessions', id, 'transcript')),
  );
  client.close();
  const told = runningIn(watch.stdout);
  if (told !== SESSIONS) throw new Error(`the watch told of ${told} sessions that run: ${watch.stderr}`);
  bench.report({
    what: `agent, CPU with ${SESSIONS} sessions at 10 lines a second, ${FOLLOWERS} followed, a \`berth watch\` and a \`berth dash\``,
    figure: `${percent.toFixed(0)} % of a core; of ${FOLLOWERS} followers ${lost.length} missed a byte`,
    peer: '',
    ratio: '',
    bound: `under ${MOST_CPU_PERCENT} %`,
    holds: percent < MOST_CPU_PERCENT && lost.length === 0,
  });
  bench.report({
    what: 'agent, resident memory meanwhile',
    figure: `${mb.toFixed(0)} MB`,
    peer: '',
    ratio: '',
    bound: `under ${MOST_MB} MB`,
    holds: mb < MOST_MB,
  });
}

interface Told {
  readonly session_id: string;
  readonly status?: string;
}

/** Sessions of which a watch told that they run. */
function runningIn(stdout: string): number {
  const rows = stdout.split('\n').filter(Boolean);
  const told = rows.map((row) => JSON.parse(row) as Told).filter(({ status }) => status === 'running');
  return new Set(told.map(({ session_id }) => session_id)).size;
}

/** Everything a follower got, to be compared with what is in the file. */
class Followed {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  add({ data }: ReadOutputResponse): void {
    this.#hash.update(data);
    this.#bytes += data.length;
  }

  isIn(file: string): boolean {
    const same = createHash('sha256').update(readFileSync(file).subarray(0, this.#bytes)).digest('hex');
    return this.#bytes > 0 && this.#hash.digest('hex') === same;
  }
}

function follow(client: TerminalServiceClient, id: string) {
  const call: ClientReadableStream<ReadOutputResponse> = client.readOutput({
    session: id,
    offset: 0n,
    follow: true,
    tailBytes: 0n,
  });
  const seen = new Followed();
  call.on('data', (message: ReadOutputResponse) => seen.add(message));
  // Cancelled at the end.
  call.on('error', () => {});
  return { id, call, seen };
}
