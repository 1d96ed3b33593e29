/** What a browser loads of the page before it shows a terminal. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/programs.ts';
import type { Bench } from './measure.ts';

const WEB = join(ROOT, 'packages/client/dist/web');
const MOST_KB = 300;

export async function pageSize(bench: Bench): Promise<void> {
  const index = readFileSync(join(WEB, 'index.html'), 'utf8');
  const files = readdirSync(join(WEB, 'assets')).filter((name) => name.endsWith('.gz'));
  const kb = (some: readonly string[]) =>
    some.reduce((sum, name) => sum + statSync(join(WEB, 'assets', name)).size, 0) / 1000;
  const isAtOnce = (name: string) => index.includes(name.slice(0, -'.gz'.length));
  const atOnce = kb(files.filter(isAtOnce));
  const late = kb(files.filter((name) => !isAtOnce(name)));
  bench.report({
    what: 'page of `berth ui` without xterm.js, gzipped',
    figure: `${atOnce.toFixed(0)} kB; xterm.js, loaded with the first terminal: ${late.toFixed(0)} kB`,
    peer: '',
    ratio: '',
    bound: `at most ${MOST_KB} kB`,
    holds: atOnce <= MOST_KB,
  });
}
