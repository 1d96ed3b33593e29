/** Hosts at a glance: slots, memory and load as bars. Pure. */
import { formatMemory } from '@berth/shared/domain/memory';
import { statusOf } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import { textWidth } from '../render/width.ts';
import { bar } from './dash/details.ts';
import { pad } from './dash/line.ts';
import type { Answer } from './fan-out.ts';
import type { Holding } from './inventory.ts';
import { pool } from './view.ts';

export interface TopLine {
  readonly text: string;
  /** `dim`: it did not answer. `full`: no slot is free, or little memory is left. */
  readonly tone: 'head' | 'plain' | 'full' | 'dim';
}

const GAP = '  ';
const LEAST_BAR = 5;
const MOST_BAR = 20;
/** Of a host's memory or slots. */
const NEARLY_ALL = 0.9;

interface HostCells {
  readonly tone: TopLine['tone'];
  /** What comes before, between and after the bars. */
  readonly texts: readonly string[];
  readonly shares: readonly number[];
}

const HEAD = ['HOST', 'STATE', 'SLOTS', 'MEMORY HELD', 'IN USE', 'LOAD', 'SESSIONS'];
const BARS = 4;

/** One line for each host, headed, fitted to the width; null: every bar at its widest. */
export function topLines(
  answers: readonly Answer<Holding>[],
  now: number,
  columns: number | null,
): TopLine[] {
  const cells = hostCells(answers, now);
  const rows = [HEAD, ...cells.map(({ texts }) => texts)];
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => textWidth(row[i] ?? ''))));
  const fixed = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (HEAD.length - 1);
  // Two brackets and a space for each bar.
  const room = columns === null ? MOST_BAR : Math.floor((columns - fixed) / BARS) - 3;
  const width = Math.min(MOST_BAR, room) >= LEAST_BAR ? Math.min(MOST_BAR, room) : 0;
  const isBar = (i: number) => width > 0 && i >= 2 && i < 2 + BARS;
  const line = (texts: readonly string[], shares: readonly number[]) =>
    texts
      .map((text, i) => {
        const share = shares[i - 2];
        const drawn = isBar(i) && share !== undefined ? `${bar(share, width)} ${text}` : text;
        return i === texts.length - 1 ? drawn : pad(drawn, (widths[i] ?? 0) + (isBar(i) ? width + 3 : 0));
      })
      .join(GAP)
      .trimEnd();
  return [
    { text: line(HEAD, []), tone: 'head' },
    ...cells.map(({ texts, shares, tone }) => ({ text: line(texts, shares), tone })),
  ];
}

function hostCells(answers: readonly Answer<Holding>[], now: number): HostCells[] {
  return pool(answers, now).vms.map((vm, i) => {
    const name = oneLine(vm.name);
    if (vm.load === null) return { tone: 'dim', texts: [name, vm.state, '-', '-', '-', '-', ''], shares: [] };
    const answer = answers[i];
    const { cpus, load_average: load } = vm.load;
    const memory = vm.memory_capacity_bytes || vm.memory_total_bytes;
    const shares = [
      ratio(vm.active_sessions, vm.capacity),
      ratio(vm.memory_reserved_bytes, memory),
      ratio(vm.memory_used_bytes, memory),
      ratio(load, cpus),
    ];
    const texts = [
      name,
      vm.state,
      `${vm.active_sessions}/${vm.capacity}`,
      `${formatMemory(vm.memory_reserved_bytes)} of ${formatMemory(memory)}`,
      formatMemory(vm.memory_used_bytes),
      cpus > 0 ? `${load.toFixed(1)}/${cpus}` : '-',
      answer?.ok ? countsOf(answer.value) : '',
    ];
    const full = shares.slice(0, 3).some((share) => share >= NEARLY_ALL);
    return { tone: full ? 'full' : 'plain', texts, shares };
  });
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** `3 running, 1 failed`. */
function countsOf({ sessions }: Holding): string {
  const counts = new Map<string, number>();
  for (const { state } of sessions) counts.set(statusOf(state), (counts.get(statusOf(state)) ?? 0) + 1);
  return [...counts].map(([status, n]) => `${n} ${status}`).join(', ');
}
