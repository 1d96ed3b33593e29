/** docs/guide.md, block by block as it stands, typed by somebody who has three bare machines. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLab } from '../support/lab/lab.ts';
import { Laptop } from '../support/lab/laptop.ts';
import { ROOT } from '../support/programs.ts';

const GUIDE = readFileSync(join(ROOT, 'docs/guide.md'), 'utf8');
const BLOCK = /(?:<!-- keys: ([^>]*) -->\n)?```sh\n([\s\S]*?)```/g;

test('each block of the guide does what it says', async () => {
  await using lab = await openLab();
  await using laptop = new Laptop(lab);
  await Promise.all(['dev1', 'dev2', 'dev3'].map((name) => lab.host(name, { sudo: true })));
  const blocks = [...GUIDE.matchAll(BLOCK)].map(([, keys, text = '']) => ({ keys, text }));
  expect(blocks.length).toBeGreaterThan(10);
  for (const { keys, text } of blocks) {
    const { code, said } = await laptop.types(text, keys?.trim().split(' ') ?? []);
    expect(`${said}\nexit code ${code}`).toMatch(/\nexit code 0$/);
  }
}, 300_000);
