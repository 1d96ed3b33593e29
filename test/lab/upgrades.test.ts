/** Promises 3, 4 and 5: twenty upgrades in a row, under sessions that print, people who look on, and a watcher of events. */
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chatty, checkChatter } from '../support/lab/chatty.ts';
import { EventWatcher } from '../support/lab/event-watcher.ts';
import { AGENT_PROGRAM, openSite, RELEASE, type Site } from '../support/lab/site.ts';
import { until } from '../support/until.ts';

const UPGRADES = 20;
const SESSIONS = 8;
const STOP = '/home/dev/stop';
const TYPED = '/home/dev/typed';

/** Directories with one agent each: the same program, but to every hash another build. */
function builds({ sandbox }: Site): string[] {
  return ['a', 'b'].map((name) => {
    const directory = join(sandbox.dir, `build-${name}`);
    mkdirSync(directory);
    copyFileSync(join(RELEASE, AGENT_PROGRAM), join(directory, AGENT_PROGRAM));
    appendFileSync(join(directory, AGENT_PROGRAM), name);
    return directory;
  });
}

async function upgrade({ sandbox }: Site, build: string): Promise<void> {
  const options = { env: { BERTH_AGENT_DIR: build }, timeoutMs: 120_000 };
  const { code, stderr } = await sandbox.berth(['host', 'upgrade', 'vm1'], options);
  if (code !== 0) throw new Error(`berth host upgrade exited with ${code}: ${stderr}`);
}

it(`loses nothing over ${UPGRADES} upgrades`, async () => {
  await using site = await openSite();
  const { sandbox, vm } = site;
  await using watcher = new EventWatcher(() => site.tunnel());
  const names = Array.from({ length: SESSIONS }, (_, index) => `chatty-${index}`);
  const ids: string[] = [];
  for (const name of names)
    ids.push(await site.start(chatty({ name, stop: STOP }), ['-m', '32M', '-n', name]));
  const typist = await site.start(['bash', '-c', `stty -echo; echo ready; cat >${TYPED}`], ['-m', '32M']);
  const followers = ids
    .slice(0, 2)
    .map((id) => sandbox.spawnBerth(['output', id, '--follow', '--raw', '--since-offset', '0']));
  const terminal = sandbox.berthTerminal(['attach', typist]);
  await terminal.waitForScreen(/ready/);

  const lines: string[] = [];
  const agents = new Set([await site.agentPid()]);
  const two = builds(site);
  for (let round = 1; round <= UPGRADES; round++) {
    // Typed while the agent goes or has gone: it is the client's to keep.
    const upgrading = upgrade(site, two[round % 2] ?? '');
    lines.push(`typed during upgrade ${round}`);
    terminal.type(lines.at(-1) ?? '');
    terminal.press('Enter');
    await upgrading;
    agents.add(await site.agentPid());
    expect((await site.sessions()).map(({ status }) => status)).toEqual(Array(SESSIONS + 1).fill('running'));
  }
  await until(() => readFileSync(vm.path(TYPED), 'utf8') === lines.map((line) => `${line}\n`).join(''), {
    what: 'everything typed has arrived, once',
    deadlineMs: 30_000,
  }).catch((error: Error) => {
    throw new Error(`${error.message}; typed: ${readFileSync(vm.path(TYPED), 'utf8')}`);
  });
  writeFileSync(vm.path(STOP), '');
  for (const follower of followers) await follower.finished;
  terminal.press('C-d');
  await terminal.waitForExit();
  const ended = async () => (await site.sessions()).every(({ status }) => status !== 'running');
  await until(ended, { what: 'all sessions have ended', deadlineMs: 60_000, everyMs: 500 });

  expect(agents.size).toBe(UPGRADES + 1);
  expect((await site.sessions()).map(({ status, exit_code }) => ({ status, exit_code }))).toEqual(
    Array(SESSIONS + 1).fill({ status: 'completed', exit_code: 0 }),
  );
  let bytes = 0;
  for (const [index, id] of ids.entries()) {
    const transcript = readFileSync(site.file(id, 'transcript'));
    checkChatter(names[index] ?? '', transcript);
    bytes += transcript.length;
    const follower = followers[index];
    if (follower) {
      expect(follower.bytes.equals(transcript)).toBe(true);
      bytes += follower.bytes.length;
    }
  }
  // Starting, running and ended, of each.
  const events = 3 * (SESSIONS + 1);
  await until(() => watcher.seen.length === events, { what: `${events} events, not ${watcher.seen.length}` });
  watcher.check();
  console.log(
    `${UPGRADES} upgrades: ${SESSIONS} sessions, 0 lost, ${bytes.toLocaleString('en')} bytes compared, ` +
      `0 missing; ${watcher.seen.length} events over ${watcher.breaks} breaks, 0 gaps; ` +
      `${lines.length} lines typed, 0 missing`,
  );
}, 600_000);
