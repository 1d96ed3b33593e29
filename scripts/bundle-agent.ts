/** What of the agent is worked out when it is built, and what waits until it is needed. */
import { readFileSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { parsePreset } from '../packages/agent/src/presets/preset-file.ts';
import { lateBuiltins, lateModules } from './bundle-plugins.ts';

const PRESETS = resolve(import.meta.dirname, '../packages/agent/src/presets');

export function agentPlugins(): Plugin[] {
  return [
    shippedPresets(),
    // Asked for by clients of HTTP that the agent never is, and dear to load.
    lateBuiltins(['http', 'https', 'zlib']),
    // With the parser of YAML and its checks: for presets of the user's own.
    lateModules([join(PRESETS, 'preset-file.ts')]),
    withoutUnusedMetrics(),
  ];
}

/** The presets that come with Berth are read and checked here: the agent gets what they say. */
function shippedPresets(): Plugin {
  return {
    name: 'shipped-presets',
    setup(esbuild) {
      esbuild.onLoad({ filter: /[/\\]presets[/\\][^/\\]+\.yaml$/ }, ({ path }) => {
        const preset = parsePreset(parse(path).name, readFileSync(path, 'utf8'), new Map());
        return { contents: JSON.stringify(preset), loader: 'json' };
      });
    },
  };
}

/** The figures of Node itself, their pushing and their cluster, which prom-client loads at once and we never use. */
function withoutUnusedMetrics(): Plugin {
  const namespace = 'unused-metrics';
  return {
    name: namespace,
    setup(esbuild) {
      esbuild.onResolve(
        { filter: /^\.\/lib\/(cluster|defaultMetrics|pushgateway)$/ },
        ({ path, importer }) =>
          /[/\\]prom-client[/\\]index\.js$/.test(importer) ? { path, namespace } : undefined,
      );
      esbuild.onLoad({ filter: /./, namespace }, () => ({ contents: 'module.exports = undefined;' }));
    },
  };
}
