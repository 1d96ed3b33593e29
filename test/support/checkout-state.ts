/** What nothing of Berth's may change in a repository that somebody works in. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gitIn, workTree } from './git-home.ts';

export interface CheckoutState {
  readonly head: string;
  /** Bytes of the index, one character each; empty: there is none. */
  readonly index: string;
  /** All but berth/* and Berth's own notes of what it pulled. */
  readonly refs: readonly string[];
  /** Ignored files included. */
  readonly work: Readonly<Record<string, string>>;
  readonly settings: string;
}

export function checkoutState(directory: string): CheckoutState {
  const git = gitIn(directory);
  const bytes = (name: string) => {
    const path = resolve(directory, git('rev-parse', '--git-path', name));
    return existsSync(path) ? readFileSync(path, 'latin1') : '';
  };
  const refs = git('for-each-ref', '--format=%(refname) %(objectname)').split('\n');
  return {
    head: bytes('HEAD'),
    index: bytes('index'),
    refs: refs.filter((line) => line !== '' && !/^refs\/(heads\/berth|berth)\//.test(line)),
    work: workTree(directory),
    settings: bytes('config'),
  };
}
