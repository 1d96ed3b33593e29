/** Who makes commits in a repository here. */
import type { Git } from './run.ts';

export interface Author {
  /** Both empty: nobody has said. */
  readonly authorName: string;
  readonly authorEmail: string;
}

const NOBODY: Author = { authorName: '', authorEmail: '' };

/** As git itself would find it (variables, then the settings of repository, user and system), but for its guesses. */
export async function authorOf(git: Git): Promise<Author> {
  const asked = ['-c', 'user.useConfigOnly=true', 'var', 'GIT_AUTHOR_IDENT'];
  const { code, stdout } = await git.run(asked, { answers: [0, 1, 128] });
  const told = code === 0 ? /^(.*) <(.*)> \d+ [+-]\d+\n?$/.exec(stdout.toString('utf8')) : null;
  const [, authorName = '', authorEmail = ''] = told ?? [];
  return told === null ? NOBODY : { authorName, authorEmail };
}
