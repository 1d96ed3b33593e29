/** docs/guide.md, block by block as it stands, typed by somebody who has three bare machines. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkoutState } from '../support/checkout-state.ts';
import { gitIn } from '../support/git-home.ts';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';
import { ROOT } from '../support/programs.ts';

const GUIDE = readFileSync(join(ROOT, 'docs/guide.md'), 'utf8');
const BLOCK = /(?:<!-- keys: ([^>]*) -->\n)?```sh\n([\s\S]*?)```/g;

/** What a block prints, by a line of it. */
const PRINTS: readonly (readonly [line: string, prints: readonly RegExp[]])[] = [
  ['berth host add dev1', [/^dev1 is ready/m, /^step 1\nstep 2\nstep 3$/m]],
  ['berth list --all', [/dev1 +completed .* hello: /, /^exit code +0$/m]],
  ['berth exec work -- uname -sr', [/^Linux \d/m, /^from a script, in \/home\/dev\//m, /^a note$/m]],
  ['berth suspend work', [/dev1 +suspended .* work: /, /killed/]],
  ['berth diff better', [/^\+a third line$/m, /^\+draft$/m]],
  ['berth pull better', [/^berth\/better .*new: 2 commits/m, /\(berth\/better\)/, /^ M notes\.txt$/m]],
  ['cat notes.txt', [/^a first line\na second line, not committed\na third line$/m]],
  ['berth host add dev2', [/^dev2 is ready/m, /^dev3 is ready/m, /^dev1 +online +0\/4 /m]],
  ['berth start --dry-run', [/^\[1\/1\] dev\d: /m, /\bdev1 +running/, /\bdev2 +running/, /\bdev3 +running/]],
  ['berth exec --tag', [/\| dev1$/m, /\| dev2$/m, /\| dev3$/m]],
  [
    'for i in $(seq',
    [/pending \(1st in line\)/, /pending \(2nd in line\)/, /^dev\d +online +4\/4 .*\d in line/m],
  ],
  ['berth kill job19', [/was in line|killed/]],
  ['until ', [/(completed .* job\d+: [\s\S]*){18}killed .* job19: /]],
  ['berth prune', [/not committed/, /^removed \d+ sessions/m, /^dev3 is removed$/m]],
];

test('each block of the guide does what it says', async () => {
  await using lab = await openLab();
  await using laptop = new Laptop(lab);
  await Promise.all(['dev1', 'dev2', 'dev3'].map((name) => lab.host(name, { sudo: true })));
  const blocks = [...GUIDE.matchAll(BLOCK)].map(([, keys, text = '']) => ({ keys, text }));
  const demo = join(laptop.sandbox.home, 'demo');
  const left = new Map(PRINTS);
  let before: unknown = null;
  for (const { keys, text } of blocks) {
    if (text.includes('berth start --host dev1 --name better')) before = checkoutState(demo);
    const { code, said } = await laptop.types(text, keys?.trim().split(' ') ?? []);
    expect(`${said}\nexit code ${code}`).toMatch(/\nexit code 0$/);
    for (const [line, prints] of left) {
      if (!text.includes(line)) continue;
      for (const print of prints) expect(said).toMatch(print);
      left.delete(line);
    }
    if (!text.includes('berth pull better')) continue;
    expect(checkoutState(demo)).toEqual(before);
    const git = gitIn(demo);
    expect(git('log', '--format=%an %s', 'main..berth/better^')).toBe('Ada Better notes');
    expect(git('show', 'berth/better:ideas.txt')).toBe('draft');
  }
  expect([...left.keys()]).toEqual([]);
}, 300_000);
