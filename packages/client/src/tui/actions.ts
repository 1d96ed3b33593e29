/** What is done to sessions: at a key, after a question, on one or on all that are marked. */
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { type Key, useApp } from 'ink';
import type { DashRow } from '../fleet/dash/row.ts';
import type { LiveHost } from '../fleet/live-fleet.ts';
import { counted } from '../render/counted.ts';
import { newName, snoozeTime, tagChange } from './answers.ts';
import type { DashPorts } from './ports.ts';
import { type DashState, LIST, type Mode } from './state.ts';

export type { Key };

export interface ActionsOptions {
  readonly ports: DashPorts;
  readonly hosts: readonly LiveHost[];
  readonly state: DashState;
  readonly setState: (next: (was: DashState) => DashState) => void;
  readonly row: DashRow | null;
  readonly rowsAt: (keys: readonly string[]) => DashRow[];
  readonly size: { readonly columns: number; readonly rows: number };
}

export function useActions({ ports, hosts, state, setState, row, rowsAt, size }: ActionsOptions) {
  const { suspendTerminal } = useApp();
  const change = (patch: Partial<DashState>) => setState((was) => ({ ...was, ...patch }));
  const tell = (text: string, bad = false) => change({ notice: { text: oneLine(text), bad } });

  /** Each by itself: what fails for one is told, and the others go on. */
  const each = async (keys: readonly string[], done: string, work: (row: DashRow) => Promise<void>) => {
    const rows = rowsAt(keys);
    const results = await Promise.allSettled(rows.map(work));
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [messageOf(result.reason)] : [],
    );
    const [failure] = failures;
    const well = rows.length - failures.length;
    if (failure !== undefined)
      tell(failures.length > 1 ? `${failures.length} of ${rows.length} failed: ${failure}` : failure, true);
    else
      change({
        notice: { text: `${nameOf(rows) ?? counted(well, 'session')} ${done}`, bad: false },
        marks: new Set(),
      });
  };

  const targets = (): string[] => (state.marks.size > 0 ? [...state.marks] : row ? [row.key] : []);

  const attach = async (on: DashRow) => {
    try {
      let told = '';
      await suspendTerminal(async () => {
        told = await ports.attach(on);
      });
      tell(told);
    } catch (error) {
      tell(messageOf(error), true);
    }
  };

  const ask = (question: Extract<Mode, { kind: 'input' }>['question'], keys: string[], text: string) => {
    if (keys.length > 0) change({ mode: { kind: 'input', question, keys, text }, notice: null });
  };

  /** One key for both: where all stand still they go on. */
  const suspendOrResume = (on: DashRow): void => {
    const keys = (status: DashRow['status']) =>
      rowsAt(targets()).flatMap((target) => (target.status === status ? [target.key] : []));
    const [running, suspended] = [keys('running'), keys('suspended')];
    if (running.length > 0) void each(running, 'suspended', (target) => ports.suspend(target));
    else if (suspended.length > 0) void each(suspended, 'resumed', (target) => ports.resume(target));
    else tell(`${on.name} does not run`);
  };

  const onSession = (input: string, on: DashRow): void => {
    switch (input) {
      case 'a':
        void attach(on);
        break;
      case 'o':
        change({ mode: { kind: 'follow', key: on.key }, notice: null });
        break;
      case 'x': {
        const keys = rowsAt(targets()).flatMap((target) => (target.ended ? [] : [target.key]));
        if (keys.length > 0) change({ mode: { kind: 'kill', keys }, notice: null });
        else tell(`${on.name} has ended already`);
        break;
      }
      case 'p':
        suspendOrResume(on);
        break;
      case 'A':
        void each(targets(), 'acknowledged', (target) => ports.acknowledge(target));
        break;
      case 'z':
        ask('snooze', targets(), '30m');
        break;
      case 'r':
        ask('rename', [on.key], on.session?.name ?? '');
        break;
      case 't':
        ask('tag', targets(), '');
        break;
    }
  };

  return {
    press(input: string, key: Pick<Key, 'return' | 'ctrl' | 'meta'>): void {
      if (key.ctrl || key.meta) return;
      const wanted = key.return ? 'a' : input;
      if (wanted === 's') startForm();
      else if (row?.external && refusalOf(wanted, row) !== '') tell(refusalOf(wanted, row), true);
      else if (row) onSession(wanted, row);
    },

    kill(keys: readonly string[]): void {
      change({ mode: LIST, notice: { text: `ending ${counted(keys.length, 'session')} …`, bad: false } });
      void each(keys, 'ended', (on) => ports.kill(on));
    },

    /** What cannot be done stays to be typed again. */
    async answer(mode: Extract<Mode, { kind: 'input' }>): Promise<void> {
      const { question, keys, text } = mode;
      try {
        if (question === 'snooze') {
          const until = ports.now() + snoozeTime(text);
          change({ mode: LIST });
          return await each(keys, `quiet for ${text.trim()}`, (on) => ports.snooze(on, until));
        }
        if (question === 'tag') {
          const tags = tagChange(text);
          change({ mode: LIST });
          return await each(keys, 'tagged', (on) => ports.tag(on, tags));
        }
        const name = newName(text);
        const [on] = rowsAt(keys);
        if (on) await ports.rename(on, name);
        change({ mode: LIST, notice: { text: `now called ${name}`, bad: false } });
      } catch (error) {
        tell(messageOf(error), true);
      }
    },

    async start({ form }: Extract<Mode, { kind: 'start' }>): Promise<void> {
      tell('starting …');
      try {
        const key = await ports.start(form, { columns: size.columns, rows: size.rows });
        change({ mode: LIST, selected: key, notice: { text: `started ${key}`, bad: false } });
      } catch (error) {
        tell(messageAndHint(error), true);
      }
    },
  };

  function startForm(): void {
    const connected = hosts.filter(({ link }) => link === 'connected').map(({ config }) => config.name);
    const host = connected.find((name) => name === row?.host.config.name) ?? connected[0];
    if (host === undefined) {
      tell('cannot start: no host is connected', true);
      return;
    }
    const form = { host, directory: '', preset: '', prompt: '', name: '', permissions: 'ask' } as const;
    change({ mode: { kind: 'start', form, field: 'prompt' }, notice: null });
  }
}

/** On two lines: what failed, and what to do about it. */
function messageAndHint(error: unknown): string {
  const hint = error instanceof BerthError ? error.hint : '';
  return [messageOf(error), hint].map(oneLine).filter(Boolean).join('\n');
}

function nameOf(rows: readonly DashRow[]): string | null {
  return rows.length === 1 ? (rows[0]?.name ?? null) : null;
}

/** Why a key does nothing for another tool's session; empty where it does. */
function refusalOf(key: string, { external, name }: DashRow): string {
  if (key === 'r' || key === 't') return `${name} is another tool's session: it cannot be renamed or tagged`;
  if (key === 'p') return `${name} is another tool's session: it cannot be suspended`;
  if ((key === 'a' || key === 'o') && !external?.live)
    return `the tmux session of ${name} is gone: A puts it away`;
  return '';
}
