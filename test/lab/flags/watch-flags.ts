/** One look at each flag of `berth watch`, and at `list --watch`: see commands-flags.test.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Sandbox } from '../../support/sandbox.ts';

/** `printed`: id of the session of that name, which lives; one named `ended` has ended. */
export function watchFlags(
  given: () => { readonly sandbox: Sandbox; readonly printed: string },
): Record<string, () => Promise<void>> {
  const watch = (...args: string[]) => given().sandbox.berth(['watch', ...args]);
  /** What a watch with these flags prints of the past. */
  const past = async (...flags: string[]) => {
    const { stdout } = await watch('--json', '--since', '1h', '--timeout', '3s', ...flags);
    const lines = stdout.split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as { host: string; session: string; kind: string });
  };
  return {
    'list --watch': async () => {
      const { sandbox, printed } = given();
      expect((await sandbox.berth(['list', '--watch'])).code).toBe(2);
      const terminal = sandbox.berthTerminal(['list', '--watch', '--status', 'completed']);
      await terminal.waitForScreen(/ completed /);
      expect(terminal.screen()).not.toContain(printed);
      terminal.press('C-c');
      expect(await terminal.waitForExit()).toBe(130);
    },
    'watch --since': async () => {
      expect((await past()).length).toBeGreaterThan(4);
      const now = new Date(Date.now() + 1000).toISOString();
      expect((await watch('--since', now, '--timeout', '1s')).stdout).toBe('');
      expect((await watch('--since', 'once')).code).toBe(2);
    },
    'watch --only': async () => {
      expect(new Set((await past('--only', 'state')).map(({ kind }) => kind))).toEqual(new Set(['state']));
      const { code, stderr } = await watch('--only', 'stat');
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/did you mean state/),
      });
    },
    'watch --host': async () => {
      expect((await past('--host', 'local')).length).toBeGreaterThan(4);
      expect((await watch('--host', 'nowhere')).code).toBe(4);
    },
    'watch --session': async () => {
      const named = (await past('--session', 'ended')).map(({ session }) => session);
      expect(new Set(named)).toEqual(new Set(['ended']));
      const local = await past('--session', `local:${given().printed}`);
      expect(local.map(({ session }) => session)).toContain('printed');
      expect(await past('--session', 'other:ended')).toEqual([]);
    },
    'watch --once': async () => expect(await past('--once')).toHaveLength(1),
    'watch --timeout': async () => expect((await watch('--timeout', '1s')).code).toBe(124),
    'watch --cursor': async () => {
      const first = await past('--cursor', 'flags', '--once');
      expect(await past('--cursor', 'flags', '--once')).not.toEqual(first);
      expect((await watch('--cursor', '../x')).code).toBe(2);
    },
    'watch --exec': async () => {
      const file = join(given().sandbox.home, 'told');
      await past('--once', '--exec', `cat >${file}`);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ host: 'local', number: 1 });
    },
  };
}
