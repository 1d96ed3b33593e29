/**
 * `npm run bench`: what Berth costs, each figure beside a peer measured in the same run, written
 * into docs/benchmarks.md. Loopback only; about three minutes, and never more than six. Broken off it writes nothing, and leaves nothing running.
 */
import { join } from 'node:path';
import buildWhereNewer from '../support/build-setup.ts';
import { ROOT } from '../support/programs.ts';
import { attention } from './attention.ts';
import { chatty } from './chatty.ts';
import { echo } from './echo.ts';
import { exec } from './exec.ts';
import { firstByte } from './first-byte.ts';
import { fleetList } from './fleet-list.ts';
import { startSshHost } from './hosts.ts';
import { idle } from './idle.ts';
import { listLocal, listOverSsh } from './list.ts';
import type { Bench, Row } from './measure.ts';
import { output } from './output.ts';
import { placement } from './placement.ts';
import { describeMachine, verdict, writeTable } from './report.ts';
import { upload } from './upload.ts';
import { workspace } from './workspace.ts';

const LONGEST_MS = 6 * 60_000;

async function measureAll(bench: Bench): Promise<void> {
  await listLocal(bench);
  {
    await using host = await startSshHost();
    await listOverSsh(bench, host);
    await echo(bench, host);
    await output(bench, host);
    await firstByte(bench, host);
    await exec(bench, host);
    await attention(bench, host);
    await upload(bench, host);
  }
  await fleetList(bench);
  await idle(bench);
  await chatty(bench);
  await workspace(bench);
  await placement(bench);
}

async function main(): Promise<void> {
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
  await measureAll({ signal: ending.signal, report });
  clearTimeout(late);
  writeTable(join(ROOT, 'docs/benchmarks.md'), machine, rows);
  console.log('written to docs/benchmarks.md');
}

await main();
// Pseudo-terminals whose programs have ended may keep the process for a moment.
process.exit();
