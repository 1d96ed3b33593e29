/** `berth cp`: files to and from the workspace of a session. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Context } from '../context.ts';
import type { Place } from '../fleet/resolve.ts';
import { counted } from '../render/counted.ts';
import { toJson } from '../render/json.ts';
import { type FileWord, parseFileWord } from '../workspace/file-words.ts';
import { defineCommand } from './command.ts';
import { namedJson, namedText } from './each-target.ts';
import { interruption } from './interruption.ts';
import { findSession } from './target.ts';

type RemoteWord = Extract<FileWord, { kind: 'remote' }>;

export const cp = defineCommand({
  usage: 'SESSION:PATH… DEST | FILE… SESSION:PATH',
  describe: 'Copy files and directories from a session, or to it; - is standard input or output.',
  example: 'berth cp my-session:build/report.html .',
  flags: {},
  async run({ words }, context) {
    if (words.length < 2) {
      throw new BerthError('USAGE', 'berth cp needs what to copy, and where to', {
        hint: 'see berth cp --help',
      });
    }
    const hosts = await context.hosts();
    const parsed = words.map((word) =>
      parseFileWord(word, (name) => hosts.some((host) => host.name === name)),
    );
    const sources = parsed.slice(0, -1);
    const target = parsed.at(-1) as FileWord;
    using interrupted = interruption();
    try {
      return target.kind === 'remote'
        ? await sendTo(target, sources, context, interrupted.signal)
        : await fetchFrom(sources, target, context, interrupted.signal);
    } catch (error) {
      if (interrupted.signal.aborted) return 130;
      throw error;
    }
  },
});

async function fetchFrom(
  sources: readonly FileWord[],
  target: Exclude<FileWord, RemoteWord>,
  context: Context,
  signal: AbortSignal,
): Promise<number> {
  const remotes = sources.filter((word) => word.kind === 'remote');
  const [first] = remotes;
  if (!first || remotes.length < sources.length) {
    throw new BerthError('USAGE', 'cannot copy here to here: one side must be SESSION:PATH', {
      hint: 'a file here whose name has a colon is written ./a:b',
    });
  }
  if (remotes.some(({ session }) => session !== first.session)) {
    throw new BerthError('USAGE', 'cannot copy from several sessions at once', {
      hint: 'run it once for each',
    });
  }
  const { place, remote } = await open(first, context, signal);
  const { download, downloadTo } = await import('../workspace/copy.ts');
  const paths = remotes.map(({ path }) => path);
  if (target.kind === 'stream') {
    const [path = ''] = paths;
    if (paths.length > 1) throw new BerthError('USAGE', 'cannot copy several files to standard output');
    await downloadTo(remote, path, (data) => context.console.write(data));
    return signal.aborted ? 130 : 0;
  }
  await download(remote, { paths, to: target.path });
  return told({ place, count: paths.length, direction: 'from' }, context, signal);
}

async function sendTo(
  target: RemoteWord,
  sources: readonly FileWord[],
  context: Context,
  signal: AbortSignal,
): Promise<number> {
  if (sources.some(({ kind }) => kind === 'remote')) {
    throw new BerthError('USAGE', 'cannot copy from session to session', {
      hint: 'in two steps: berth cp ONE:PATH - | berth cp - OTHER:PATH',
    });
  }
  const files = sources.flatMap((word) => (word.kind === 'local' ? [word.path] : []));
  if (files.length < sources.length && sources.length > 1)
    throw new BerthError('USAGE', 'cannot copy standard input beside other files');
  const { place, remote } = await open(target, context, signal);
  const { upload, uploadFrom } = await import('../workspace/copy.ts');
  if (files.length === 0) await uploadFrom(remote, { input: context.console.stdin, to: target.path });
  else await upload(remote, { files, to: target.path });
  return told({ place, count: sources.length, direction: 'to' }, context, signal);
}

async function open(word: RemoteWord, context: Context, signal: AbortSignal) {
  const place = await findSession(word.session, context);
  const client = await context.connect(place.host);
  return { place, remote: { client, session: place.session.id, signal } };
}

function told(
  { place, count, direction }: { place: Place; count: number; direction: 'from' | 'to' },
  { console }: Context,
  signal: AbortSignal,
): number {
  if (signal.aborted) return 130;
  if (console.json) console.out(`${toJson({ ...namedJson(place), copied: count })}\n`);
  else if (console.errIsTty)
    console.err(`berth: copied ${counted(count, 'file')} ${direction} ${namedText(place.session)}\n`);
  return 0;
}
