/** Tables: fitted to a terminal, whole in a pipe. */
import { fitText, textWidth } from './width.ts';

export interface Column {
  readonly title: string;
  /** May be cut on a terminal. At most one column should be; ids never are. */
  readonly flexible?: boolean;
}

const GAP = 2;
const SMALLEST = 8;

export interface TableOptions {
  /** Of the terminal; null: nothing is cut. */
  readonly columns: number | null;
  /** Marks a whole line, given the number of its row, after it was laid out. */
  readonly mark?: (line: string, row: number) => string;
  /** Only the rows from this one on are printed, without the header: the others were printed before. */
  readonly from?: number;
}

/** The lines of a table, header first, each ended by a newline. Cells must be safe single lines. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => textWidth(row[i] ?? ''))));
  if (options.columns !== null) shrink(columns, widths, options.columns);
  const line = (row: readonly string[]) =>
    columns
      .map((column, i) => {
        const width = widths[i] ?? 0;
        const cell = column.flexible ? fitText(row[i] ?? '', width) : (row[i] ?? '');
        return i === columns.length - 1 ? cell : cell + ' '.repeat(Math.max(0, width - textWidth(cell)));
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const mark = options.mark ?? ((text: string) => text);
  const lines = all.map((row, i) => `${i === 0 ? line(row) : mark(line(row), i - 1)}\n`);
  return lines.slice(options.from === undefined ? 0 : options.from + 1).join('');
}

function shrink(columns: readonly Column[], widths: number[], limit: number): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1) - limit;
  for (let i = columns.length - 1; i >= 0 && excess > 0; i--) {
    if (!columns[i]?.flexible) continue;
    const width = widths[i] ?? 0;
    const taken = Math.max(0, Math.min(excess, width - SMALLEST));
    widths[i] = width - taken;
    excess -= taken;
  }
}

/** The columns that a table needs where its flexible ones are as narrow as they get. */
export function leastWidth(cells: readonly (readonly string[])[], flexible: readonly boolean[]): number {
  const widths = flexible.map((cut, i) => {
    const width = Math.max(...cells.map((row) => textWidth(row[i] ?? '')));
    return cut ? Math.min(width, SMALLEST) : width;
  });
  return widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1);
}
