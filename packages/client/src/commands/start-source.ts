/** What the sessions of `berth start` begin with, by its flags. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { EMPTY_SOURCE, holdsSecret } from '@berth/shared/domain/workspace-source';
import type { Context } from '../context.ts';
import { mayHaveRepository } from '../workspace/near-repository.ts';
import { nothingToBring, type Parcel } from '../workspace/parcel.ts';
import type { Finding } from '../workspace/secret-scan.ts';
import type { Flags, FlagValues } from './command.ts';
import { wholeNumber } from './values.ts';

export const SOURCE_FLAGS = {
  directory: {
    type: 'string',
    value: 'DIR',
    describe: 'work in this directory of the host, which is there already',
  },
  repo: {
    type: 'string',
    value: 'PATH|URL',
    describe: 'take this repository along (the one you are in), or clone it there',
  },
  'no-repo': { type: 'boolean', describe: 'take nothing along: begin in an empty directory' },
  branch: { type: 'string', value: 'NAME', describe: 'begin on this branch, with its commits alone' },
  clean: { type: 'boolean', describe: 'take commits along, and nothing that is not committed' },
  depth: { type: 'string', value: 'N', describe: 'with --repo URL: this many commits of history' },
  'allow-secrets': { type: 'boolean', describe: 'take along what looks like a key or a password, too' },
} as const satisfies Flags;

type SourceFlags = FlagValues<typeof SOURCE_FLAGS>;

/**
 * Throws USAGE for flags that do not go together, SOURCE_INVALID and GIT_FAILED for a repository that
 * cannot go, SECRETS_FOUND where something in it should not.
 */
export async function parcelOf(flags: SourceFlags, context: Context): Promise<Parcel> {
  refuseTogether(flags);
  const { directory, repo } = flags;
  if (directory !== undefined)
    return nothingToBring({ kind: 'directory', path: onHost(directory) }, directory);
  if (flags['no-repo']) return nothingToBring(EMPTY_SOURCE);
  if (repo !== undefined && isUrl(repo)) return cloneOf(repo, flags);
  if (flags.depth !== undefined) throw new BerthError('USAGE', '--depth goes with --repo URL');
  return await repositoryAt(repo, flags, context);
}

function refuseTogether(flags: SourceFlags): void {
  const given = (names: readonly (keyof SourceFlags)[]) =>
    names.filter((name) => flags[name] !== undefined && flags[name] !== false);
  const [first, second] = given(['directory', 'repo', 'no-repo']);
  if (second) throw new BerthError('USAGE', `choose one of --${first} and --${second}`);
  const [about] = given(['branch', 'clean', 'depth', 'allow-secrets']);
  if (about && (first === 'directory' || first === 'no-repo'))
    throw new BerthError('USAGE', `--${about} is about a repository: leave out --${first}`);
}

function onHost(directory: string): string {
  if (/^(\/|~\/|~$)/.test(directory)) return directory;
  throw new BerthError('USAGE', `--directory cannot be ${directory}: it begins with / or ~/`, {
    hint: 'it is a directory of the host, whose own working directory nobody knows',
  });
}

/** `https://…`, and what ssh and git mean by `host:path`. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || (/^[^/:]+:/.test(text) && !existsSync(text));
}

function cloneOf(url: string, flags: SourceFlags): Parcel {
  if (flags.clean || flags['allow-secrets']) {
    const flag = flags.clean ? '--clean' : '--allow-secrets';
    throw new BerthError(
      'USAGE',
      `${flag} is for a repository that is here: the host clones ${safeUrl(url)}`,
    );
  }
  if (holdsSecret(url)) {
    throw new BerthError(
      'ARGUMENT_INVALID',
      '--repo cannot hold a password or token: the host would keep it',
      {
        hint: 'let the git of the host have it: see gitcredentials(7), or use ssh',
      },
    );
  }
  const depth = flags.depth === undefined ? 0 : wholeNumber('--depth', flags.depth);
  if (flags.depth !== undefined && depth === 0) throw new BerthError('USAGE', '--depth is 1 or more');
  return nothingToBring({ kind: 'clone', url, branch: flags.branch ?? '', depth }, safeUrl(url));
}

function safeUrl(url: string): string {
  return oneLine(url.replace(/\/\/[^/@]*@/, '//'));
}

async function repositoryAt(repo: string | undefined, flags: SourceFlags, context: Context): Promise<Parcel> {
  const { console, env, paths } = context;
  const note = (text: string) => {
    if (!console.json) console.err(`berth: ${text}\n`);
  };
  const asked = repo !== undefined || flags.branch !== undefined || flags.clean;
  // Neither git nor what takes a repository is loaded for most sessions that need no work.
  if (!asked && !mayHaveRepository(process.cwd(), env)) return nothingToBring(EMPTY_SOURCE);
  const { takeRepository } = await import('../workspace/take-repository.ts');
  const secrets = async (findings: readonly Finding[]) => {
    const { judgeSecrets } = await import('./start-secrets.ts');
    await judgeSecrets(findings, { allowed: flags['allow-secrets'], console });
  };
  const { branch, clean } = flags;
  const parcel = await takeRepository({
    directory: repo ?? process.cwd(),
    env,
    spare: asked ? null : env.HOME || homedir(),
    cacheDir: paths.cacheDir,
    branch,
    clean,
    note,
    secrets,
  });
  if (parcel) {
    if (parcel.summary !== '' && console.errIsTty) note(`taking along ${parcel.summary}`);
    return parcel;
  }
  if (!asked) return nothingToBring(EMPTY_SOURCE);
  throw new BerthError(
    'SOURCE_INVALID',
    `cannot take ${oneLine(repo ?? 'this directory')} along: it is in no git repository`,
    {
      hint: 'go to a repository, or name one with --repo PATH or --repo URL',
    },
  );
}
