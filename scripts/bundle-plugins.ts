/** What our modules and dependencies need to work inside a bundle, and to run there no sooner than they must. */
import { readFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

/** Dependencies whose main file hides its parts from bundlers, and what to take in its place. */
export const BUNDLED_FORMS = { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' };

/** The way from the bundle to a dependency's files. */
export const FROM_BUNDLE = "const __fromBundle = (way) => require('node:path').join(__dirname, way);";

/** They look for files beside their source, which is not where the bundle is. */
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

/**
 * Modules of ours that most runs never need, though they are imported like any other: each runs
 * when one of its exports is first asked for. Their imports must be for that alone.
 */
export function lateModules(files: readonly string[]): Plugin {
  const namespace = 'late-module';
  const late = new Set(files);
  return {
    name: namespace,
    setup(esbuild) {
      esbuild.onResolve({ filter: /^\./ }, (asked) => {
        const file = resolve(asked.resolveDir, asked.path);
        if (!late.has(file) || asked.namespace === namespace) return undefined;
        // Its path is in what is built, which knows nothing of where that was.
        return { path: basename(file), namespace, pluginData: file };
      });
      esbuild.onLoad({ filter: /./, namespace }, async ({ pluginData }) => {
        const path = pluginData as string;
        const names = Object.keys((await import(pathToFileURL(path).href)) as object);
        const file = JSON.stringify(`./${basename(path)}`);
        const getters = names.map((name) => `get ${name}() { return require(${file}).${name}; }`);
        return { contents: `module.exports = { ${getters.join(', ')} };`, resolveDir: dirname(path) };
      });
    },
  };
}
