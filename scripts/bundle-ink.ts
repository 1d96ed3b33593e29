/** Ink inside a CommonJS bundle, where no module can await anything at its top. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** React and Ink as their users run them: without checks for developers of Ink. */
export const PRODUCTION = {
  'process.env.NODE_ENV': '"production"',
  'process.env.DEV': '"false"',
} as const;

const WASM = 'wasm-of-the-layout-engine';

/** WebAssembly is compiled at once, when the live view is opened: measured, in 6 ms. */
const YOGA_AT_ONCE = `import wasm from '${WASM}';
const loaded = {
  instantiateWasm(imports, done) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), imports);
    done(instance);
    return instance.exports;
  },
};
loadYoga(loaded);
const Yoga = wrapAssembly(loaded);`;

/** Whose modules wait at the top, and the same without waiting: what it awaited is for Ink's developers. */
const WAITS: readonly { file: string; change: readonly (readonly [waits: string, atOnce: string])[] }[] = [
  {
    file: 'ink/build/reconciler.js',
    change: [
      ["await import('./devtools.js');", ''],
      ['await loadPackageJson()', '{}'],
    ],
  },
  {
    file: 'yoga-layout/dist/src/index.js',
    change: [['const Yoga = wrapAssembly(await loadYoga());', YOGA_AT_ONCE]],
  },
];

export function inkAtOnce(): Plugin {
  return {
    name: 'ink-at-once',
    setup(esbuild) {
      const ours = { filter: /node_modules[/\\](ink|yoga-layout)[/\\].*\.js$/, namespace: 'file' };
      esbuild.onLoad(ours, ({ path }) => {
        const { change = [] } = WAITS.find(({ file }) => path.endsWith(`node_modules/${file}`)) ?? {};
        let contents = readFileSync(path, 'utf8');
        for (const [waits, atOnce] of change) {
          if (!contents.includes(waits)) throw new Error(`${path} no longer waits where it did`);
          contents = contents.replace(waits, () => atOnce);
        }
        // It travels as bytes of its own, once.
        if (path.endsWith('yoga-wasm-base64-esm.js')) contents = contents.replace(base64Of(contents), '');
        return { contents, loader: 'js' };
      });
      esbuild.onResolve({ filter: new RegExp(`^${WASM}$`) }, ({ resolveDir }) => ({
        path: join(resolveDir, '../binaries/yoga-wasm-base64-esm.js'),
        namespace: WASM,
      }));
      esbuild.onLoad({ filter: /./, namespace: WASM }, ({ path }) => ({
        contents: Buffer.from(base64Of(readFileSync(path, 'utf8')), 'base64'),
        loader: 'binary',
      }));
    },
  };
}

function base64Of(source: string): string {
  const found = /"data:application\/octet-stream;base64,([A-Za-z0-9+/=]+)"/.exec(source)?.[1];
  if (!found) throw new Error('the layout engine no longer holds its WebAssembly as it did');
  return found;
}
