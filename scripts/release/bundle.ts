/** Each program as one CommonJS file whose modules run when they are first needed. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import protobuf from 'protobufjs';
import { agentPlugins } from '../bundle-agent.ts';
import { inkAtOnce, PRODUCTION } from '../bundle-ink.ts';
import { BUNDLED_FORMS, lateBuiltins } from '../bundle-plugins.ts';

const ROOT = resolve(import.meta.dirname, '../..');

function options(outfile: string): BuildOptions {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    outfile,
    // Whole for a release: no path of the checkout is known to the program.
    define: { 'import.meta.url': '__executable' },
    banner: { js: "const __executable = require('node:url').pathToFileURL(process.execPath).href;" },
    alias: BUNDLED_FORMS,
    loader: { '.sh': 'text', '.conf': 'text' },
    // A late import is a late call: nothing is loaded from files.
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
    legalComments: 'none',
  };
}

export async function bundleClient(outfile: string): Promise<void> {
  // For reading .proto files at run time, which no client of ours does.
  const external = ['@grpc/proto-loader'];
  const entryPoints = ['packages/client/src/main.ts'];
  const { define, ...rest } = options(outfile);
  const plugins = [lateBuiltins(['zlib']), inkAtOnce()];
  await build({
    ...rest,
    define: { ...PRODUCTION, ...define },
    jsx: 'automatic',
    entryPoints,
    external,
    plugins,
  });
}

export async function bundleAgent(outfile: string): Promise<void> {
  const entryPoints = ['packages/agent/src/main.ts'];
  // Names of functions stay: the log has stacks.
  const names = { minify: false, minifyWhitespace: true, minifySyntax: true };
  const plugins = [...agentPlugins(), addonFromTheExecutable(), protosWithoutFiles()];
  await build({ ...options(outfile), ...names, entryPoints, plugins });
}

/** node-pty looks for its addon in its own directory: it gets the one inside the executable. */
function addonFromTheExecutable(): Plugin {
  const loader = join(ROOT, 'packages/agent/src/pty/native-addon.ts');
  return {
    name: 'addon-from-the-executable',
    setup(esbuild) {
      esbuild.onLoad({ filter: /node-pty[/\\]lib[/\\]utils\.js$/ }, () => ({
        contents: [
          `import { loadEmbeddedAddon } from ${JSON.stringify(loader)};`,
          'export const assign = Object.assign;',
          "export const loadNativeModule = (name) => ({ dir: '.', module: loadEmbeddedAddon(name + '.node') });",
        ].join('\n'),
        resolveDir: ROOT,
      }));
    },
  };
}

type ProtoReader = readonly [file: string, call: string, proto: string];

/**
 * Where dependencies read a .proto file of theirs when they start: file, call, and the path in their
 * package.
 */
const PROTO_READERS: readonly ProtoReader[] = ['v1', 'v1alpha'].map(
  (version): ProtoReader => [
    `@grpc/reflection/build/src/implementations/reflection-${version}.js`,
    'loadSync(protoPath, ',
    `build/proto/grpc/reflection/${version}/reflection.proto`,
  ],
);

/** They get what is in the file instead. */
function protosWithoutFiles(): Plugin {
  return {
    name: 'protos-without-files',
    setup(esbuild) {
      esbuild.onLoad({ filter: /reflection-\w+\.js$/ }, ({ path }) => {
        const reader = PROTO_READERS.find(([name]) => path.endsWith(`node_modules/${name}`));
        if (!reader) return undefined;
        const [file, call, proto] = reader;
        const source = readFileSync(path, 'utf8');
        if (!source.includes(call)) throw new Error(`${path} no longer reads its .proto file as it did`);
        const json = protoAsJson(path.replace(file.slice(file.indexOf('/build/') + 1), proto));
        const replaced = call.replace('loadSync', 'fromJSON').replace(/[^(]*, $/, () => `${json}, `);
        return { contents: source.replace(call, () => replaced), loader: 'js' };
      });
    },
  };
}

function protoAsJson(file: string): string {
  const root = new protobuf.Root().loadSync(file);
  return JSON.stringify(root.toJSON());
}
