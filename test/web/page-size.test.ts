/** What a browser loads of the page: little at first, the terminal later. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../support/programs.ts';

const WEB = join(ROOT, 'packages/client/dist/web');
const MOST_BYTES = 300 * 1000;

it('is small before a terminal is shown', () => {
  const index = readFileSync(join(WEB, 'index.html'), 'utf8');
  const files = readdirSync(join(WEB, 'assets')).filter((name) => name.endsWith('.gz'));
  const sizes = files.map((name) => ({
    name: name.slice(0, -'.gz'.length),
    bytes: statSync(join(WEB, 'assets', name)).size,
    atOnce: index.includes(name.slice(0, -'.gz'.length)),
    drawsTerminals: readFileSync(join(WEB, 'assets', name.slice(0, -'.gz'.length)), 'utf8').includes(
      'xterm-char-measure-element',
    ),
  }));
  const lines = sizes.map(
    ({ name, bytes, atOnce }) => `  ${name}: ${bytes} bytes gzipped, ${atOnce ? 'at once' : 'late'}`,
  );
  console.log(`the page:\n${lines.join('\n')}`);
  const first = sizes.filter(({ atOnce }) => atOnce);
  expect(first.length).toBeGreaterThan(0);
  expect(first.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(MOST_BYTES);
  const terminals = sizes.filter(({ drawsTerminals }) => drawsTerminals);
  expect(terminals.length).toBeGreaterThan(0);
  expect(terminals.filter(({ atOnce }) => atOnce)).toEqual([]);
});
