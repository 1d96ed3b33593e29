/** `node compile-bundle.ts BUNDLE CODE`: what V8 makes of a bundle before it runs, for the program's own Node and flags. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { keptScript } from '../../packages/shared/src/files/kept-code.ts';

const [bundle = '', code = ''] = process.argv.slice(2);
const { script } = keptScript({ filename: basename(bundle), source: readFileSync(bundle, 'latin1') }, null);
writeFileSync(code, script.createCachedData());
