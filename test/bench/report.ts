/** The table of docs/benchmarks.md: where it was measured, and a line for each figure. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, release, totalmem } from 'node:os';
import type { Row } from './measure.ts';

const BEGIN = '<!-- begin table -->\n';
const END = '<!-- end table -->';

/** Where and when; asked before the run, whose own load says nothing. */
export function describeMachine(): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
  const ssh = versionOf('ssh', '-V').split(',')[0];
  const programs = `Node ${process.version}, ${versionOf('tmux', '-V')}, ${ssh}`;
  const [load = 0] = loadavg();
  return [
    `Measured ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC on ${availableParallelism()} cores with ${memory}`,
    `(load before the run: ${load.toFixed(1)}); Linux ${release()}, ${programs}.`,
    'Medians, quartiles in brackets; everything on loopback.',
  ].join('\n');
}

/** `holds`, `MISSED`, or nothing where there is no bound. */
export function verdict({ holds }: Row): string {
  return holds === null ? '' : holds ? 'holds' : 'MISSED';
}

/** Replaces what is between the two marks of the file. Throws where they are not there. */
export function writeTable(file: string, machine: string, rows: readonly Row[]): void {
  const text = readFileSync(file, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${file} has no marks to write the table between`);
  const lines = rows.map((row) => {
    const { what, figure, peer, ratio, bound, holds } = row;
    const held = holds === null ? '' : holds ? 'yes' : '**no**';
    return `| ${[what, figure, peer, ratio, bound, held].join(' | ')} |`;
  });
  const head = [
    '| what | Berth | peer, same run | compared | bound | holds |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  const table = [machine, '', ...head, ...lines, ''].join('\n');
  writeFileSync(file, text.slice(0, begin + BEGIN.length) + table + text.slice(end));
}

/** The first line that a program prints of itself, on either stream. */
function versionOf(program: string, flag: string): string {
  const { stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8' });
  return `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n')[0] || `${program} of unknown version`;
}
