/** `berth diff`: what a session changed against where it began, committed and not. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { toJson } from '../render/json.ts';
import { withProgress } from '../render/progress.ts';
import { defineCommand } from './command.ts';
import { interruption } from './interruption.ts';
import { theSession } from './target.ts';

export const diff = defineCommand({
  usage: '[HOST:]SESSION',
  describe: 'Show what a session changed, committed and not; nothing here is changed.',
  example: 'berth diff my-session --stat',
  flags: {
    stat: { type: 'boolean', describe: 'files, with the number of lines changed in each' },
    'name-only': { type: 'boolean', describe: 'names of files alone' },
  },
  most: 1,
  async run({ flags, words }, context) {
    const { console, env } = context;
    if (flags.stat && flags['name-only'])
      throw new BerthError('USAGE', 'choose one of --stat and --name-only');
    const { host, session } = await theSession(words, context, {
      command: 'diff',
      accept: ({ external }) => external === undefined,
    });
    using interrupted = interruption();
    const client = await context.connect(host);
    const { openRepository } = await import('../git/repository.ts');
    const { diffOf } = await import('../workspace/diff-session.ts');
    const { changedFiles, showDiff } = await import('../git/show-diff.ts');
    const here = await openRepository(process.cwd(), env).catch(() => null);
    const { signal } = interrupted;
    using found = await withProgress(console, `fetching from ${host.name}`, (line) =>
      diffOf(here, { client, session, signal, env, progress: line.tell }),
    );
    const { git, base, tip } = found;
    if (console.json) {
      const files = await changedFiles(git, base, tip);
      console.out(`${toJson({ session_id: session.id, vm_name: host.name, base, commit: tip, files })}\n`);
      return 0;
    }
    const form = flags.stat ? 'stat' : flags['name-only'] ? 'names' : 'patch';
    await showDiff(git, { base, tip, form, color: console.color });
    return 0;
  },
});
