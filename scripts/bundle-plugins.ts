/** What CommonJS dependencies need to work inside a bundle of modules. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

/** Dependencies whose main file hides its parts from bundlers, and what to take in its place. */
export const BUNDLED_FORMS = { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' };

/** The start of each bundle: `require`, and the way from the bundle to a dependency's files. */
export const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { join as __join } from 'node:path';",
  'const require = __createRequire(import.meta.url);',
  'const __fromBundle = (way) => __join(import.meta.dirname, way);',
].join('\n');

/** They look for files beside their source: there is no `__dirname` in a module. */
export function dirnameOfDependencies(dist: string): Plugin {
  return {
    name: 'dirname-of-dependencies',
    setup(esbuild) {
      esbuild.onLoad({ filter: /node_modules[/\\].*\.c?js$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        if (!/\b__dirname\b/.test(source)) return undefined;
        const way = JSON.stringify(relative(dist, dirname(path)));
        return { contents: source.replaceAll(/\b__dirname\b/g, `__fromBundle(${way})`), loader: 'js' };
      });
    },
  };
}

/**
 * `await import('package')` gives their exports by name, as Node does: esbuild, when it splits a
 * bundle, makes a chunk of them that has a default export alone.
 */
export function namesOfLateDependencies(): Plugin {
  const name = 'names-of-late-dependencies';
  return {
    name,
    setup(esbuild) {
      esbuild.onResolve({ filter: /^[^./]/ }, async (asked) => {
        if (asked.kind !== 'dynamic-import' || asked.pluginData === name) return undefined;
        const { kind, resolveDir } = asked;
        const found = await esbuild.resolve(asked.path, { kind, resolveDir, pluginData: name });
        if (found.external || found.errors.length > 0 || !isCommonJs(found.path)) return undefined;
        return { path: found.path, namespace: name };
      });
      esbuild.onLoad({ filter: /./, namespace: name }, async ({ path }) => {
        const exports = Object.keys((await import(pathToFileURL(path).href)) as object);
        const names = exports.filter(
          (each) => /^[A-Za-z_$][\w$]*$/.test(each) && !['default', '__esModule'].includes(each),
        );
        const lines = names.map((each, i) => `const e${i} = all.${each};\nexport { e${i} as ${each} };`);
        const from = JSON.stringify(path);
        return {
          contents: [`import * as all from ${from};`, 'export default all;', ...lines].join('\n'),
          resolveDir: dirname(path),
        };
      });
    },
  };
}

function isCommonJs(path: string): boolean {
  if (path.endsWith('.cjs')) return true;
  if (!path.endsWith('.js')) return false;
  for (let directory = dirname(path); directory !== dirname(directory); directory = dirname(directory)) {
    const manifest = join(directory, 'package.json');
    if (!existsSync(manifest)) continue;
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { type?: string }).type !== 'module';
  }
  return true;
}

/** What is imported by these names is a bundle of its own, beside this one. */
export function besideTheBundle(bundles: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'beside-the-bundle',
    setup(esbuild) {
      esbuild.onResolve({ filter: /./ }, ({ path, kind }) => {
        const file = kind === 'entry-point' ? undefined : bundles[path];
        return file === undefined ? undefined : { path: file, external: true };
      });
    },
  };
}

/** These modules of Node are asked for at start-up by code that hardly ever uses them: load them on use. */
export function lateBuiltins(names: readonly string[]): Plugin {
  const namespace = 'late-builtin';
  return {
    name: namespace,
    setup(esbuild) {
      esbuild.onResolve({ filter: /./ }, ({ path, importer }) =>
        names.includes(path) && importer.includes('node_modules') ? { path, namespace } : undefined,
      );
      esbuild.onLoad({ filter: /./, namespace }, ({ path }) => ({
        contents: `module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule('${path}')[name] });`,
      }));
    },
  };
}
