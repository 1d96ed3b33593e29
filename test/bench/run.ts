/**
 * `npm run bench`: what Berth costs, each figure beside a peer measured in the same run, written
 * into docs/benchmarks.md. Loopback only; about five minutes, and never more than eight. Broken off it
 * writes nothing, and leaves nothing running. With names of themes it measures those, and writes nothing.
 */
import { join } from 'node:path';
import buildWhereNewer from '../support/build-setup.ts';
import { ROOT } from '../support/programs.ts';
import { attention } from './attention.ts';
import { chatty } from './chatty.ts';
import { echo } from './echo.ts';
import { editor } from './editor.ts';
import { exec } from './exec.ts';
import { firstByte } from './first-byte.ts';
import { fleetList } from './fleet-list.ts';
import { startSshHost } from './hosts.ts';
import { idle } from './idle.ts';
import { listLocal, listOverSsh } from './list.ts';
import type { Bench, Row } from './measure.ts';
import { output } from './output.ts';
import { pageEcho } from './page-echo.ts';
import { pageMany } from './page-many.ts';
import { pageSize } from './page-size.ts';
import { placement } from './placement.ts';
import { describeMachine, verdict, writeTable } from './report.ts';
import { uiStart } from './ui-start.ts';
import { upload } from './upload.ts';
import { workspace } from './workspace.ts';

const LONGEST_MS = 8 * 60_000;

/** In the order of the table; over one ssh host those that need one. */
const FIRST = { 'list-local': listLocal };
const OVER_SSH = {
  list: listOverSsh,
  ...{ echo, output, 'first-byte': firstByte, exec, attention, upload, 'page-echo': pageEcho },
};
const REST = {
  ...{ 'fleet-list': fleetList, idle, chatty, workspace, placement },
  ...{ 'ui-start': uiStart, 'page-many': pageMany, 'page-size': pageSize, editor },
};
const THEMES = [FIRST, OVER_SSH, REST].flatMap(Object.keys);

/** `wanted`: names of themes; none: all. */
async function measureAll(bench: Bench, wanted: readonly string[]): Promise<void> {
  const chosen = <T>(themes: Readonly<Record<string, T>>): T[] =>
    Object.entries(themes).flatMap(([name, theme]) =>
      wanted.length === 0 || wanted.includes(name) ? [theme] : [],
    );
  for (const theme of chosen(FIRST)) await theme(bench);
  const overSsh = chosen(OVER_SSH);
  if (overSsh.length > 0) {
    await using host = await startSshHost();
    for (const theme of overSsh) await theme(bench, host);
  }
  for (const theme of chosen(REST)) await theme(bench);
}

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.find((name) => !THEMES.includes(name));
  if (unknown !== undefined) throw new Error(`no theme is called ${unknown}; there are ${THEMES.join(', ')}`);
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => ending.abort(new Error(`the bench was ended by ${signal}`)));
  }
  // Whoever read what it prints is gone, as with `| head`.
  process.stdout.on('error', () => ending.abort(new Error('nobody reads what the bench prints')));
  const late = setTimeout(() => ending.abort(new Error('the bench took too long')), LONGEST_MS);
  const rows: Row[] = [];
  const report = (row: Row) => {
    rows.push(row);
    console.log(
      [row.what, row.figure, row.peer, row.ratio, row.bound, verdict(row)].filter(Boolean).join('  |  '),
    );
  };
  buildWhereNewer();
  const machine = describeMachine();
  await measureAll({ signal: ending.signal, report }, wanted);
  clearTimeout(late);
  // Some lines are no table.
  if (wanted.length > 0) return;
  writeTable(join(ROOT, 'docs/benchmarks.md'), machine, rows);
  console.log('written to docs/benchmarks.md');
}

await main(process.argv.slice(2));
// Pseudo-terminals whose programs have ended may keep the process for a moment.
process.exit();
