/**
 * Each program as few CommonJS files whose modules run when they are first needed: the one that the
 * executable starts with, and those that it loads from its assets.
 */
import { isAscii } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import protobuf from 'protobufjs';
import { agentPlugins } from '../bundle-agent.ts';
import { inkAtOnce, PRODUCTION } from '../bundle-ink.ts';
import { BUNDLED_FORMS, besideTheBundle, lateBuiltins } from '../bundle-plugins.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const options: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  format: 'cjs',
  platform: 'node',
  target: 'node24',
  outExtension: { '.js': '.cjs' },
  charset: 'ascii',
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

/** Source files below packages/ by what they are imported as where they are loaded late, as bundle.cjs each. */
const CLIENT_PARTS = {
  client: { imported: './cli.ts', source: 'client/src/cli.ts' },
  'status-bar': { imported: './commands/status-bar.ts', source: 'client/src/commands/status-bar.ts' },
};
const AGENT_PARTS = {
  'command-line': { imported: './command-line.ts', source: 'agent/src/command-line.ts' },
};

/** Writes berth.cjs into the directory, and its parts, whose file names are returned. */
export async function bundleClient(directory: string): Promise<string[]> {
  const { define, ...rest } = options;
  return await bundleProgram(directory, {
    main: { berth: 'client/src/main.ts' },
    parts: CLIENT_PARTS,
    options: {
      ...rest,
      define: { ...PRODUCTION, ...define },
      jsx: 'automatic',
      // For reading .proto files at run time, which no client of ours does.
      external: ['@grpc/proto-loader'],
      plugins: [lateBuiltins(['zlib']), inkAtOnce()],
    },
  });
}

/** Writes berthd.cjs into the directory, and its parts, whose file names are returned. */
export async function bundleAgent(directory: string): Promise<string[]> {
  return await bundleProgram(directory, {
    main: { berthd: 'agent/src/main.ts' },
    parts: AGENT_PARTS,
    options: {
      ...options,
      // Names of functions stay: the log has stacks.
      minify: false,
      minifyWhitespace: true,
      minifySyntax: true,
      plugins: [...agentPlugins(), addonFromTheExecutable(), protosWithoutFiles()],
    },
  });
}

interface Program {
  readonly main: Readonly<Record<string, string>>;
  readonly parts: Readonly<Record<string, { readonly imported: string; readonly source: string }>>;
  readonly options: BuildOptions;
}

async function bundleProgram(directory: string, { main, parts, options }: Program): Promise<string[]> {
  const beside = Object.entries(parts).map(([name, { imported }]) => [imported, `./${name}.cjs`]);
  const plugins = [besideTheBundle(Object.fromEntries(beside)), ...(options.plugins ?? [])];
  const sources = Object.entries(parts).map(([name, { source }]) => [name, source]);
  const entries = { ...main, ...(Object.fromEntries(sources) as Record<string, string>) };
  const entryPoints = Object.fromEntries(
    Object.entries(entries).map(([name, source]) => [name, `packages/${source}`]),
  );
  await build({ ...options, entryPoints, plugins, outdir: directory });
  const files = Object.keys(parts).map((name) => `${name}.cjs`);
  for (const file of files) {
    // Read as such, at every start.
    if (!isAscii(readFileSync(join(directory, file)))) throw new Error(`${file} is not ASCII`);
  }
  return files;
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
