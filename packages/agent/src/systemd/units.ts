/**
 * Units of the user's systemd: a transient service for each session in berth.slice. A crash, a
 * kill or an out-of-memory stays inside it, and nothing escapes. The only module that spells the
 * arguments of systemd-run and systemctl.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Units } from '../sessions/ports.ts';

const run = promisify(execFile);
const CALL_MS = 10_000;
const PROBE_MS = 2000;
const TASKS = 16_384;

/** True where the user has a manager that answers: `systemctl --user` may hang, fail or be missing. */
export async function systemdUserAvailable(): Promise<boolean> {
  try {
    await run('systemctl', ['--user', 'show', '--property=Version'], { timeout: PROBE_MS });
    return true;
  } catch {
    return false;
  }
}

export function createSystemdUnits(): Units {
  const nameOf = (sessionId: string) => `berth-${sessionId}.service`;
  const systemctl = async (...args: string[]) =>
    (await run('systemctl', ['--user', ...args], { timeout: CALL_MS })).stdout;

  async function properties(sessionId: string): Promise<Map<string, string>> {
    const wanted = '--property=ActiveState,ControlGroup,MainPID';
    const text = await systemctl('show', wanted, nameOf(sessionId));
    return new Map(
      text.split('\n').map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
    );
  }

  const isAlive = (state: string | undefined) =>
    state === 'active' || state === 'activating' || state === 'deactivating' || state === 'reloading';

  async function observe(sessionId: string): Promise<'alive' | 'gone'> {
    return isAlive((await properties(sessionId)).get('ActiveState')) ? 'alive' : 'gone';
  }

  async function cgroup(sessionId: string): Promise<string | null> {
    const group = (await properties(sessionId)).get('ControlGroup');
    return group ? path.join('/sys/fs/cgroup', group) : null;
  }

  return {
    // Whether the limit really holds depends on the cgroup layout; until that is checked for each
    // session the word is the careful one.
    enforcement: 'advisory',
    observe,

    async start({ sessionId, paths, argv, env, memoryBytes }) {
      if ((await observe(sessionId)) === 'alive') return;
      const settings = [
        'Type=exec',
        `MemoryMax=${memoryBytes}`,
        `MemoryHigh=${Math.floor(memoryBytes * 0.95)}`,
        'MemorySwapMax=0',
        'OOMPolicy=continue',
        `TasksMax=${TASKS}`,
        'KillMode=control-group',
        // A percent sign would begin a specifier.
        `WorkingDirectory=${paths.workspace.replaceAll('%', '%%')}`,
      ];
      const variables = Object.entries({ ...env, BERTH_SESSION_ID: sessionId });
      await run(
        'systemd-run',
        [
          ...['--user', '--quiet', '--collect', `--unit=${nameOf(sessionId)}`, '--slice=berth.slice'],
          ...settings.map((setting) => `--property=${setting}`),
          ...variables.map(([name, value]) => `--setenv=${name}=${value}`),
          ...['--', ...argv],
        ],
        { timeout: CALL_MS },
      );
    },

    async signal(sessionId, paths, signal) {
      const group = await cgroup(sessionId);
      if (!group) return;
      const text = await readFile(path.join(group, 'cgroup.procs'), 'utf8').catch(() => '');
      for (const pid of text.split('\n').filter(Boolean).map(Number)) {
        // Tmux, the wrapper and the sink do not have this variable: they live to record the end.
        const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
        if (!environment.split('\0').includes(`BERTH_WORKSPACE=${paths.workspace}`)) continue;
        try {
          process.kill(pid, signal);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
        }
      }
    },

    async kill(sessionId) {
      if ((await observe(sessionId)) === 'gone') return;
      await systemctl('kill', '--signal=SIGKILL', nameOf(sessionId)).catch(() => '');
      await systemctl('stop', nameOf(sessionId)).catch(() => '');
      await systemctl('reset-failed', nameOf(sessionId)).catch(() => '');
      if ((await observe(sessionId)) === 'alive') throw new Error(`${nameOf(sessionId)} does not end`);
    },

    async memory(sessionId) {
      const group = await cgroup(sessionId);
      if (!group) return { oomKills: 0, peakBytes: null };
      const read = (name: string) => readFile(path.join(group, name), 'utf8').catch(() => '');
      const kills = /^oom_kill (\d+)$/m.exec(await read('memory.events'));
      const peak = Number.parseInt(await read('memory.peak'), 10);
      return { oomKills: Number(kills?.[1] ?? 0), peakBytes: Number.isNaN(peak) ? null : peak };
    },
  };
}
