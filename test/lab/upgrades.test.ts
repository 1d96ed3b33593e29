/** Promises 3, 4 and 5: twenty upgrades in a row, under sessions that print, people who look on, and a watcher of events. */
import { appendFileSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Crowd } from '../support/lab/crowd.ts';
import { AGENT_PROGRAM, openSite, RELEASE, type Site } from '../support/lab/site.ts';

const UPGRADES = 20;

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
  await using crowd = await Crowd.gather(site, { sessions: 8, followers: 2 });
  const agents = new Set([await site.agentPid()]);
  const two = builds(site);
  for (let round = 1; round <= UPGRADES; round++) {
    const upgrading = upgrade(site, two[round % 2] ?? '');
    // Typed while the agent goes or has gone: it is the client's to keep.
    crowd.type(`typed during upgrade ${round}`);
    await upgrading;
    agents.add(await site.agentPid());
    await crowd.checkAlive();
  }
  expect(agents.size).toBe(UPGRADES + 1);
  console.log(`${UPGRADES} upgrades: ${await crowd.finish()}`);
}, 600_000);
