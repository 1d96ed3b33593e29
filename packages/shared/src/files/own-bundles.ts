/**
 * Loads the bundles of our programs, with code that V8 need not make anew: those of a checkout from
 * their files, those of a release out of the executable.
 */
import Module, { createRequire, enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { getAssetKeys, getRawAsset, isSea } from 'node:sea';
import { CODE_SUFFIX, codeFile, type KeptScript, keptScript } from './kept-code.ts';
import { makeDirectory } from './make-directory.ts';

/** A part of Node that its types leave out; loaders have hung on to it since Node began. */
interface Compiling {
  _compile(this: NodeJS.Module, content: string, filename: string, ...rest: unknown[]): unknown;
}

export interface OwnBundles {
  /**
   * What a bundle exports. It is called by its file name: out of a release it is an asset of that name,
   * else the file that `fromFile` loads.
   */
  load<T>(bundle: string, fromFile: () => Promise<T>): Promise<T>;
  /**
   * Keeps the code that has run until now. When a process ends well that is done by itself; who lives
   * long does it once all that a start needs has run.
   */
  keepCode(): void;
}

/** `run` is what is run of the bundle, as typed: each has its own code. Without a place to keep it all is as ever. */
export function ownBundles(env: NodeJS.ProcessEnv, run: string | undefined): OwnBundles {
  const directory = codeDirectory(env);
  let loaded: KeptScript | null = null;
  const keepCode = () => {
    loaded?.keep();
    loaded = null;
  };
  // What failed may have run little of what it needs.
  process.on('exit', (code) => code === 0 && keepCode());

  function embedded(bundle: string): unknown {
    const { execPath } = process;
    const kept = directory && codeFile({ file: execPath, bundle, run }, directory);
    // The build sees to it that it is ASCII.
    const source = Buffer.from(getRawAsset(bundle)).toString('latin1');
    loaded = keptScript({ filename: bundle, source }, kept, () => madeAtBuild(bundle));
    const module = { exports: {} };
    runAsModule(loaded, module, execPath);
    return module.exports;
  }

  /** Has the next file of this name compiled by us. */
  function expect(bundle: string, directory: string): void {
    const node = Module.prototype as unknown as Compiling;
    const { _compile: compile } = node;
    node._compile = function (source, filename, ...rest) {
      if (basename(filename) !== bundle) return compile.call(this, source, filename, ...rest);
      node._compile = compile;
      const kept = codeFile({ file: filename, bundle, run }, directory);
      if (kept === null) return compile.call(this, source, filename, ...rest);
      loaded = keptScript({ filename, source }, kept);
      return runAsModule(loaded, this, filename);
    };
  }

  return {
    async load<T>(bundle: string, fromFile: () => Promise<T>): Promise<T> {
      if (isSea()) return embedded(bundle) as T;
      // Below it is one for each version of Node and each set of V8's flags.
      const cache = directory === null ? undefined : enableCompileCache(directory).directory;
      if (cache !== undefined) expect(bundle, cache);
      return await fromFile();
    },
    keepCode,
  };
}

/** Not in the shared /tmp, where somebody else could put code for us. */
function codeDirectory(env: NodeJS.ProcessEnv): string | null {
  const own = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'berth', 'code');
  try {
    makeDirectory(own);
    return own;
  } catch {
    return null;
  }
}

/** None for another machine than the one that built the release. */
function madeAtBuild(bundle: string): Buffer | undefined {
  const name = `${bundle}${CODE_SUFFIX}`;
  return getAssetKeys().includes(name) ? Buffer.from(getRawAsset(name)) : undefined;
}

function runAsModule({ script }: KeptScript, module: { exports: unknown }, filename: string): unknown {
  const body = script.runInThisContext() as (...args: unknown[]) => unknown;
  const { exports } = module;
  return body.call(exports, exports, createRequire(filename), module, filename, dirname(filename));
}
