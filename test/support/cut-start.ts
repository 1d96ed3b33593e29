/**
 * A start with a repository during which the way to its host is cut, or a program killed; and what must
 * hold then: exactly one session in the end, or a clear failure with the slot free.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { TestAgent } from './agent.ts';
import { newRepository } from './git-home.ts';
import { holdAt } from './hold-at.ts';
import { HostEvents, historyOf } from './host-events.ts';
import { findProgram } from './programs.ts';
import type { Running } from './running.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';
import { configureHosts, TestSshd } from './sshd.ts';
import { startedId } from './started.ts';
import { until } from './until.ts';

/** Incompressible, so that its upload is under way for long enough to be cut. */
const LARGE_BYTES = 40 * 1024 ** 2;

/** Repositories `large` and `small` in a directory. */
export function makeRepositories(directory: string): void {
  for (const size of ['large', 'small'] as const) {
    const git = newRepository(join(directory, size));
    writeFileSync(join(directory, size, 'blob'), randomBytes(size === 'large' ? LARGE_BYTES : 10));
    git('add', '.');
    git('commit', '--quiet', '-m', size);
  }
}

export type Moment = 'in the upload' | 'slot.taken' | 'before Start' | 'start.staged' | 'start.committed';
export type Cut =
  | 'connections'
  | 'agent restarted'
  | 'host gone'
  | 'agent dead'
  | 'client killed'
  | 'client interrupted';

export interface CutStart {
  readonly moment: Moment;
  readonly cut: Cut;
  /** Of makeRepositories. */
  readonly repositories: string;
}

interface Place {
  readonly agent: TestAgent;
  readonly sshd: TestSshd;
}

/** Hosts of one slot each, the first of them the cheapest. */
async function hostsOf(names: readonly string[]) {
  const stack = new AsyncDisposableStack();
  const sandbox = stack.use(createSandbox());
  const hooks = join(sandbox.dir, 'hooks');
  const places: Place[] = [];
  for (const name of names) {
    const flags = ['--memory-capacity', '32M', '--default-slot', '32M'];
    const agent = await sandbox.startAgent({ name, flags, env: { BERTHD_TEST_HOOKS: hooks } });
    places.push({ agent, sshd: stack.use(await TestSshd.start(sandbox, { name })) });
  }
  const remotes = places.map(({ sshd }, i) => ({ sshd, remote: `    price: ${i + 1}\n` }));
  configureHosts(sandbox, remotes);
  const listed = await sandbox.berth(['list', '--remote'], { env: PATIENT, timeoutMs: 60_000 });
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  return { sandbox, hooks, places, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const IMPATIENT = { BERTH_RESERVATION: '5s' };
const AWAY = /AGENT_MISSING|HOST_UNREACHABLE/;
const PATIENT = { BERTH_FANOUT_TIMEOUT: '30s', BERTH_CALL_TIMEOUT: '30s', BERTH_CONNECT_TIMEOUT: '30s' };

/** Starts a session with a repository, and makes the cut at its moment. Once it has ended, all is back. */
async function startThrough(
  fleet: { sandbox: Sandbox; hooks: string; places: readonly Place[] },
  { moment, cut, repositories, env = {} }: CutStart & { env?: NodeJS.ProcessEnv },
) {
  const { sandbox, hooks } = fleet;
  const { agent, sshd } = fleet.places[0] as Place;
  let client: Running | null = null;
  const cuts: Record<Cut, () => Promise<void>> = {
    connections: async () => sshd.killConnections(),
    'agent restarted': () => agent.restart(),
    'host gone': () => sshd.stop(),
    'agent dead': () => agent.kill9(),
    'client killed': async () => client?.kill('SIGKILL'),
    'client interrupted': async () => client?.kill('SIGINT'),
  };
  let made: Promise<void> | null = null;
  const make = () => {
    made = cuts[cut]();
    return made;
  };
  using _points = await holdAt(hooks, async (point) => {
    // What it fails with is told below.
    if (point === moment) await make().catch(() => {});
  });
  const git = heldPush(sandbox);
  const options = { cwd: join(repositories, moment === 'in the upload' ? 'large' : 'small') };
  // What one that is killed leaves behind goes with the sandbox.
  const environment = {
    ...PATIENT,
    TMPDIR: sandbox.dir,
    ...(moment === 'before Start' ? git.env : {}),
    ...env,
  };
  const args = ['start', '--json', '--request-id', 'mine', '--', 'sleep', '1000'];
  client = sandbox.spawnBerth(args, { ...options, env: environment });
  if (moment === 'in the upload') {
    await until(() => arriving(sandbox), { what: 'the host receives', everyMs: 2, deadlineMs: 60_000 });
    await make();
    expect(packs(sandbox, '.pack')).toEqual([]);
  } else if (moment === 'before Start') {
    await until(() => existsSync(git.pushed), { what: 'the push is done', deadlineMs: 60_000 });
    await make();
    git.letGo();
  }
  const finished = await client.finished;
  expect(made).not.toBeNull();
  await made;
  if (cut === 'host gone') await sshd.restart();
  if (cut === 'agent dead') await agent.restart();
  git.letGo();
  // What it asks for is the same, the time for which a slot is held with it.
  const patient = { ...env, ...PATIENT };
  const again = () => startedId(sandbox, args, { ...options, env: patient, timeoutMs: 60_000 });
  return { ...finished, again };
}

/** A git that is held once its push is done. */
function heldPush({ dir, env: { PATH } }: Sandbox) {
  const [bin, pushed, go] = [join(dir, 'bin'), join(dir, 'pushed'), join(dir, 'go')];
  const git = findProgram('git');
  const held = `"${git}" "$@"; code=$?; >"${pushed}"; until [ -e "${go}" ]; do sleep 0.05; done; exit $code`;
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, 'git'),
    `#!/bin/sh\ncase " $* " in *" push "*) ${held};; esac\nexec "${git}" "$@"\n`,
  );
  chmodSync(join(bin, 'git'), 0o755);
  return { pushed, env: { PATH: `${bin}:${PATH}` }, letGo: () => writeFileSync(go, '') };
}

/** Files of the first host's object caches. */
function packs({ dir }: Sandbox, part: string): string[] {
  const caches = join(dir, 'one/state/berth/repositories');
  if (!existsSync(caches)) return [];
  const files = readdirSync(caches, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.includes(part)).map((file) => join(caches, file));
}

function arriving(sandbox: Sandbox): boolean {
  return packs(sandbox, 'tmp_pack_').some((file) => statSync(file).size > 256 * 1024);
}

/** Ids of all sessions that an agent ever let begin. */
async function begunOn({ agent }: Place): Promise<string[]> {
  const begun = new Set<string>();
  for (const { sessionId, fact } of await historyOf(agent.socket))
    if (fact.type === 'sessionChanged' && fact.session.state === 'starting') begun.add(sessionId);
  return [...begun];
}

/** Resolves once no slot of the host is held without a session. */
async function slotFree({ agent }: Place): Promise<void> {
  using events = new HostEvents(agent.socket);
  await events.find(({ fact }) => fact.type === 'sessionChanged' && fact.session.state === 'expired');
}

const sessionsIn = (stdout: string) =>
  (JSON.parse(stdout) as { sessions: { session_id: string; vm_name: string }[] }).sessions;

/**
 * The host is there again while the client still tries. On a machine that is very busy an agent may take
 * longer to start again than it is waited for: then the client says so, and asked again it is one session.
 */
export async function backAtOnce(start: CutStart): Promise<void> {
  await using fleet = await hostsOf(['one']);
  const { code, stdout, stderr, again } = await startThrough(fleet, start);
  const late = start.cut === 'agent restarted' && code === 3;
  expect({ code, stderr }).toMatchObject(late ? { stderr: expect.stringMatching(AWAY) } : { code: 0 });
  const ids = late ? [] : sessionsIn(stdout).map(({ session_id }) => session_id);
  const id = await again();
  expect(await begunOn(fleet.places[0] as Place)).toEqual([id]);
  if (!late) expect(ids).toEqual([id]);
}

/** It is there again once the client has given up. `sessions`: that begin all the same. */
export async function staysAway(
  start: CutStart,
  { code, words, sessions }: { code: number | null; words: RegExp; sessions: 0 | 1 },
): Promise<void> {
  await using fleet = await hostsOf(['one']);
  // What is given back does not wait for its time to be over.
  const env = start.cut === 'client interrupted' ? {} : IMPATIENT;
  const { again, ...ended } = await startThrough(fleet, { ...start, env });
  expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(words) });
  const [one] = fleet.places as [Place];
  if (sessions === 0) await slotFree(one);
  const begun = await begunOn(one);
  expect(begun).toHaveLength(sessions);
  // The host has one slot: were it still held, this would be refused.
  const id = await again();
  expect(await begunOn(one)).toEqual([id]);
  if (sessions === 1) expect(begun).toEqual([id]);
}

/** As `staysAway`, with a host `two` that could take it. */
export async function besideHealthy(start: CutStart, { elsewhere }: { elsewhere: boolean }): Promise<void> {
  await using fleet = await hostsOf(['one', 'two']);
  const { code, stdout, stderr, again } = await startThrough(fleet, { ...start, env: IMPATIENT });
  const [one, two] = fleet.places as [Place, Place];
  if (elsewhere) {
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(sessionsIn(stdout)).toMatchObject([{ vm_name: 'two' }]);
    await slotFree(one);
  } else {
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringMatching(/cannot tell/) });
    expect(await begunOn(two)).toEqual([]);
  }
  const id = await again();
  expect([...(await begunOn(one)), ...(await begunOn(two))]).toEqual([id]);
}
