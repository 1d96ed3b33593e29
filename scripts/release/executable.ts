/** A program and the Node.js that runs it, in one file. */
import { execFileSync } from 'node:child_process';
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CODE_SUFFIX } from '../../packages/shared/src/files/kept-code.ts';

export interface ExecutableSpec {
  /** Holds the bundle and the assets; what is made on the way stays there. */
  readonly directory: string;
  /** File names in the directory: their paths would go into the executable. */
  readonly bundle: string;
  readonly assets: readonly string[];
  /** Bundles that the first one loads late: assets, too. */
  readonly parts: readonly string[];
  /** Of Node, as the launchers of the checkout have them. */
  readonly execArgv: readonly string[];
  /** Stripped; is moved to where the executable is to be. */
  readonly runtime: string;
  /** Keeps V8 from compiling the parts at the first start; only for the architecture that builds. */
  readonly codeCache: boolean;
  readonly outfile: string;
}

const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export function makeExecutable(spec: ExecutableSpec): void {
  const code = spec.codeCache ? spec.parts.map((part) => compiled(part, spec)) : [];
  const config = {
    main: spec.bundle,
    output: `${spec.bundle}.blob`,
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    execArgv: spec.execArgv,
    // Options of the user's own Node programs (NODE_OPTIONS) are none of ours.
    execArgvExtension: 'none',
    assets: Object.fromEntries([...spec.assets, ...spec.parts, ...code].map((name) => [name, name])),
  };
  const configFile = `${spec.bundle}.json`;
  writeFileSync(join(spec.directory, configFile), JSON.stringify(config));
  run(['--experimental-sea-config', configFile], spec.directory);
  const postject = fileURLToPath(import.meta.resolve('postject/dist/cli.js'));
  const fuse = ['--sentinel-fuse', FUSE];
  run([postject, spec.runtime, 'NODE_SEA_BLOB', config.output, ...fuse], spec.directory);
  chmodSync(spec.runtime, 0o755);
  renameSync(spec.runtime, spec.outfile);
}

/** The file name of a part's code. */
function compiled(part: string, { directory, execArgv }: ExecutableSpec): string {
  const code = `${part}${CODE_SUFFIX}`;
  // V8 takes it only under the same options; without --predictable no two are alike.
  const options = [...execArgv.filter((option) => option !== '--'), '--predictable'];
  run([...options, join(import.meta.dirname, 'compile-bundle.ts'), part, code], directory);
  return code;
}

/** Quiet, unless it fails: postject warns of sections of Node's that it does not touch. */
function run(argv: readonly string[], cwd: string): void {
  execFileSync(process.execPath, argv, { cwd, env: { PATH: process.env.PATH }, stdio: 'pipe' });
}
