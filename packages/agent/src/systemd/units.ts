/**
 * Units of systemd: a transient service for each session in berth.slice. A crash, a kill or an
 * out-of-memory stays inside it, and nothing escapes.
 */
import { readFile } from 'node:fs/promises';
import type { Enforcement } from '@berth/shared/domain/session-state';
import type { SessionPaths, UnitSpec, Units, UnitUsage } from '../sessions/ports.ts';
import { type CgroupLayout, memoryGroupOf, memoryLimit, processesOf, usageOf } from './cgroup.ts';
import { isAlive, isStopping, killUnit, type Manager, propertiesOf, startTransient } from './systemctl.ts';
import { unthrottle } from './throttle.ts';

const TASKS = 16_384;

/** Who starts and ends units: the user's own manager, or the keeper of a shared host. */
export interface UnitControl {
  start(unit: UnitSpec): Promise<void>;
  kill(sessionId: string): Promise<void>;
  /** The unit of its editor; absent where `kill` ends both. */
  killEditor?(sessionId: string): Promise<void>;
  /** Lets a session that is stuck below its limit run into it, and its editor; absent where somebody else does. */
  unthrottle?(unit: { sessionId: string; group: string }): Promise<void>;
}

/** Stops processes by signals, and lets them go on. */
export interface Standstill {
  freeze(pids: Pids, paths: SessionPaths): Promise<void>;
  thaw(pids: Pids, paths: SessionPaths): Promise<void>;
  frozen(pids: Pids, paths: SessionPaths): Promise<boolean>;
}

type Pids = () => Promise<readonly number[]>;

/** A manager that obeys its caller. */
export function directControl(manager: Manager, layout: CgroupLayout): UnitControl {
  return {
    start: ({ sessionId, paths, argv, env, memoryBytes }) =>
      startTransient(manager, {
        name: unitName(sessionId),
        description: `Berth session ${sessionId}`,
        slice: 'berth.slice',
        argv,
        env,
        settings: sessionSettings({ memoryBytes, workingDirectory: paths.workspace }),
      }),
    kill: (sessionId) => killUnit(manager, unitName(sessionId)),
    killEditor: (sessionId) => killUnit(manager, editorUnitName(sessionId)),
    async unthrottle({ sessionId, group }) {
      await unthrottle(manager, { unit: unitName(sessionId), group }, layout);
      const editor = { unit: editorUnitName(sessionId), group: groupOfEditor(group) };
      await unthrottle(manager, editor, layout);
    },
  };
}

export function unitName(sessionId: string): string {
  return `berth-${sessionId}.service`;
}

/** Beside the session's own: see editor-units.ts. */
export function editorUnitName(sessionId: string): string {
  return `berth-${sessionId}-editor.service`;
}

export function createSystemdUnits(options: {
  manager: Manager;
  control: UnitControl;
  layout: CgroupLayout;
  /** What processes use together, where their group does not tell. */
  measure: (pids: readonly number[]) => UnitUsage;
  /** Of the processes of a session; see plain/standstill.ts. */
  standstill: Standstill;
  /** As a probe found it: see probe.ts. */
  enforcement: Enforcement;
}): Units {
  const { manager, control, layout, standstill } = options;
  /** Group of each unit that was seen alive: asking systemd costs more than reading all its files. */
  const groups = new Map<string, string>();
  const show = (sessionId: string, ...wanted: string[]) => propertiesOf(manager, unitName(sessionId), wanted);

  async function observe(sessionId: string): Promise<'alive' | 'gone'> {
    const seen = await show(sessionId, 'ActiveState', 'ControlGroup');
    const alive = isAlive(seen.get('ActiveState'));
    const ends = !alive || seen.get('ActiveState') === 'deactivating';
    // Not an end of its own: the next boot is to find a session that ran until now.
    if (ends && groups.has(sessionId) && (await isStopping(manager))) throw new Error('the host goes down');
    const group = seen.get('ControlGroup');
    if (alive && group) groups.set(sessionId, group);
    else groups.delete(sessionId);
    return alive ? 'alive' : 'gone';
  }

  async function groupOf(sessionId: string): Promise<string | null> {
    if (!groups.has(sessionId)) await observe(sessionId);
    return groups.get(sessionId) ?? null;
  }

  async function pidsOf(sessionId: string): Promise<number[]> {
    const group = await groupOf(sessionId);
    return group === null ? [] : await processesOf(group, layout);
  }

  /** Those of its editor included. */
  async function allPidsOf(sessionId: string): Promise<number[]> {
    const group = await groupOf(sessionId);
    if (group === null) return [];
    const both = [group, groupOfEditor(group)].map((one) => processesOf(one, layout));
    return (await Promise.all(both)).flat();
  }

  /** After its end systemd still knows whether memory was the reason, until the unit is forgotten. */
  async function afterwards(sessionId: string): Promise<UnitUsage | null> {
    const result = (await show(sessionId, 'Result')).get('Result');
    return result === 'oom-kill'
      ? { memoryBytes: 0, peakBytes: null, cpuMs: null, oomKills: 1, limitBytes: null }
      : null;
  }

  return {
    enforcement: options.enforcement,
    usageIsDear: false,
    observe,

    async start(unit) {
      if ((await observe(unit.sessionId)) === 'alive') return;
      await control.start({ ...unit, env: { ...unit.env, BERTH_SESSION_ID: unit.sessionId } });
    },

    async signal(sessionId, paths, signal) {
      for (const pid of await pidsOf(sessionId)) {
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

    members: (sessionId) => allPidsOf(sessionId),
    freeze: (sessionId, paths) => standstill.freeze(() => allPidsOf(sessionId), paths),
    thaw: (sessionId, paths) => standstill.thaw(() => allPidsOf(sessionId), paths),
    frozen: (sessionId, paths) => standstill.frozen(() => allPidsOf(sessionId), paths),

    async kill(sessionId) {
      const group = groups.get(sessionId);
      const editor = group === undefined ? [] : await processesOf(groupOfEditor(group), layout);
      await control.kill(sessionId);
      if (editor.length > 0) await control.killEditor?.(sessionId);
      if ((await observe(sessionId)) === 'alive') throw new Error(`${unitName(sessionId)} does not end`);
    },

    async usage(sessionId) {
      const group = await groupOf(sessionId);
      if (group === null) return await afterwards(sessionId);
      // What keeps this from happening keeps nobody from being told: the next look tries again.
      await control.unthrottle?.({ sessionId, group }).catch(() => {});
      const told = await usageOf(group, layout);
      // A user's manager has no memory controller on the legacy layout: the processes are counted.
      return told ?? options.measure(await processesOf(group, layout));
    },

    async enforces(sessionId, { pid, memoryBytes }) {
      // Of the terminal's process, not the unit's: some builds of tmux move panes to scopes of their own.
      const own = pid === null ? null : await memoryGroupOf(pid, layout);
      const group = own ?? (await groupOf(sessionId));
      const held = group === null ? null : await memoryLimit(group, layout);
      return held !== null && held <= memoryBytes ? 'kernel' : 'advisory';
    },
  };
}

/** Of the unit of a session's editor, by that of the session. */
function groupOfEditor(group: string): string {
  return group.replace(/\.service$/, '-editor.service');
}

/** What every session's unit has: the slot as the kernel is to hold it, and a bound on processes. */
export function sessionSettings(of: { memoryBytes: number; workingDirectory: string }): string[] {
  return [
    'Type=exec',
    ...memorySettings(of.memoryBytes),
    // A slot is memory: what is swapped out would slow the neighbours down.
    'MemorySwapMax=0',
    // The hungry process alone is ended; the wrapper lives to record what became of it.
    'OOMPolicy=continue',
    `TasksMax=${TASKS}`,
    'CPUWeight=100',
    'KillMode=control-group',
    // What is asked to end by systemd itself (a reboot) has this long; then it is killed.
    'TimeoutStopSec=10s',
    'UMask=0077',
    // Taken as it is: specifiers are of files alone.
    `WorkingDirectory=${of.workingDirectory}`,
  ];
}

/** A limit, and a little before it the kernel slows it down and reclaims; throttle.ts ends that where it is in vain. */
export function memorySettings(memoryBytes: number): string[] {
  return [`MemoryMax=${memoryBytes}`, `MemoryHigh=${Math.floor(memoryBytes * 0.95)}`];
}
