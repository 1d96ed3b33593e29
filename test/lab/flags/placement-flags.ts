/** The flags of `berth start` that say where, and what to do where there is no room. */
import { expect } from 'vitest';
import { createSandbox, type Sandbox } from '../../support/sandbox.ts';
import { startedId } from '../../support/started.ts';

interface DryRun {
  readonly placements: readonly { readonly host: string | null; readonly reasons: readonly string[] }[];
}

const ONE_SLOT = ['--memory-capacity', '32M', '--default-slot', '32M'];

/** This machine as a host of which something is known. */
async function described(work: (sandbox: Sandbox) => Promise<void>): Promise<void> {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const about = 'region: eu, size: m, labels: { gpu: "no", team: a }';
  sandbox.writeConfig('remotes.yaml', `remotes:\n  - { name: local, ${about} }\n`);
  await work(sandbox);
}

/** Fits with the first flags, and not with the others. */
const fitsOnly = (fits: readonly string[], ...others: readonly (readonly string[])[]) =>
  described(async (sandbox) => {
    await startedId(sandbox, ['start', '--json', ...fits, '--', 'true']);
    for (const flags of others) {
      const { code, stderr } = await sandbox.berth(['start', ...flags, '--', 'true']);
      expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('local: it') });
    }
  });

/** One slot, and it is taken. */
async function full(work: (sandbox: Sandbox) => Promise<void>): Promise<void> {
  await using sandbox = createSandbox();
  await sandbox.startAgent({ flags: ONE_SLOT });
  await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  await work(sandbox);
}

export const PLACEMENT_FLAGS: Readonly<Record<string, () => Promise<void>>> = {
  'start --region': () => fitsOnly(['--region', 'eu'], ['--region', 'us']),
  'start --vm-size': async () => {
    await fitsOnly(['--vm-size', 'Standard_E8s_v5'], ['--vm-size', 'l']);
    await using sandbox = createSandbox();
    expect(await sandbox.berth(['start', '--vm-size', 'xxl', '--', 'true'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean xl?'),
    });
  },
  'start --size': () => fitsOnly(['--size', 'm'], ['--size', 'r6i.xlarge']),
  'start --label': () =>
    fitsOnly(['--label', 'gpu=no', '--label', 'team=a'], ['--label', 'gpu=yes'], ['--label', 'rack=1']),
  'start --fresh': () =>
    described(async (sandbox) => {
      await startedId(sandbox, ['start', '--json', '--fresh', '--', 'sleep', '1000']);
      const { code, stderr } = await sandbox.berth(['start', '--fresh', '--', 'true']);
      expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringContaining('it holds 1 session') });
    }),
  'start --policy': () =>
    described(async (sandbox) => {
      const reasons = async (policy: string) =>
        (await sandbox.json<DryRun>(['start', '--dry-run', '--policy', policy, 'x'])).placements[0]?.reasons;
      expect(await reasons('pack')).toContain('idle');
      expect(await reasons('spread')).toContain('emptiest');
      expect((await sandbox.berth(['start', '--policy', 'heap', 'x'])).code).toBe(2);
    }),
  'start --queue': () =>
    full(async (sandbox) => {
      expect((await sandbox.berth(['start', '--', 'true'])).code).toBe(5);
      const { code, stdout } = await sandbox.berth(['start', '--queue', '--', 'true']);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringMatching(/host {4}local \(queued\)[\s\S]*status {2}pending \(1st in line\)/),
      });
      expect((await sandbox.berth(['start', '--queue', '--no-queue', '--', 'true'])).code).toBe(2);
      // Who waits for its end waits for its beginning, too.
      const waiting = sandbox.spawnBerth(['start', '--queue', '--wait', '--', 'bash', '-c', 'exit 7']);
      await waiting.waitForText(/2nd in line/);
      expect((await sandbox.berth(['kill', '--all', '--status', 'running', '--yes'])).code).toBe(0);
      expect((await waiting.finished).code).toBe(7);
    }),
  'start --no-queue': () =>
    full(async (sandbox) => {
      const asked = sandbox.berthTerminal(['start', '--', 'true']);
      await asked.waitForScreen(/Wait in line on local, 1st in line\? \[Y\/n\]/);
      asked.type('n');
      asked.press('Enter');
      expect(await asked.waitForExit()).toBe(5);
      const quiet = sandbox.berthTerminal(['start', '--no-queue', '--', 'true']);
      expect(await quiet.waitForExit()).toBe(5);
      expect(quiet.screen()).not.toContain('Wait in line');
      const waits = sandbox.berthTerminal(['start', '--', 'true']);
      await waits.waitForScreen(/\[Y\/n\]/);
      waits.press('Enter');
      await waits.waitForScreen(/pending \(1st in line\)/);
    }),
  'start --all-or-nothing': () =>
    described(async (sandbox) => {
      const count = async () =>
        (await sandbox.json<{ sessions: unknown[] }>(['list', '--all'])).sessions.length;
      const args = ['start', '--all-or-nothing', '--preset', 'shell', '--memory', '300M'];
      expect((await sandbox.berth([...args, 'sleep 1000', 'sleep 1001'])).code).toBe(5);
      expect(await count()).toBe(0);
      expect((await sandbox.berth([...args, 'sleep 1000'])).code).toBe(0);
      expect(await count()).toBe(1);
    }),
  'start --dry-run': () =>
    full(async (sandbox) => {
      const { code, stdout } = await sandbox.berth(['start', '--dry-run', '--', 'true']);
      expect(code).toBe(5);
      expect(stdout).toMatch(/nowhere now; with --queue it waits on local, 1st in line/);
      expect(stdout).toMatch(/passed over {2}local: it is full: 0 B of 32 MiB free/);
      expect((await sandbox.json<{ sessions: unknown[] }>(['list'])).sessions).toHaveLength(1);
    }),
};
