/** `berth completion`: scripts for bash, zsh and fish; they ask `berth completion next …` for the words. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { Context } from '../context.ts';
import { createFleetCache } from '../fleet/cache.ts';
import { decodeHistory } from '../history/entry.ts';
import { historyFile, readHistory } from '../history/file.ts';
import { CATALOG, findEntry } from './catalog.ts';
import { defineCommand } from './command.ts';
import { type KnownFleet, nextWords } from './completing.ts';

/**
 * Each gives the words before the one to be completed, and what is there of it, after `--`.
 * Bash: no `compgen -W`, which runs a `$(…)` in the words it is given, and the words come from hosts.
 * It takes colons and equals signs for the ends of words, so that the line is split at blanks here, and
 * what stands before the last of them is left out of the answer. Where there are no words the shell
 * completes file names.
 */
const SCRIPTS: Record<string, string> = {
  bash: `_berth() {
  local word line="\${COMP_LINE:0:COMP_POINT}" current= cut=
  local -a typed
  read -ra typed <<<"$line"
  [[ $line == *[[:space:]] ]] && typed+=("")
  current="\${typed[-1]}"
  [[ $COMP_WORDBREAKS == *:* && $current == *:* ]] && cut="\${current%"\${current##*:}"}"
  [[ $COMP_WORDBREAKS == *=* && \${current#"$cut"} == *=* ]] && cut="\${current%"\${current##*=}"}"
  COMPREPLY=()
  while IFS= read -r word; do
    [[ $word == "$current"* ]] && COMPREPLY+=("\${word#"$cut"}")
  done < <("$1" completion next -- "\${typed[@]:1}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *[:=] ]] && compopt -o nospace
}
complete -o default -F _berth berth
`,
  zsh: `#compdef berth
_berth() {
  local -a found part
  found=(\${(f)"$("$words[1]" completion next -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  part=(\${(M)found:#*[:=]})
  found=(\${found:#*[:=]})
  (( $#part )) && compadd -S '' -a part
  (( $#found )) && compadd -a found
  (( $#part + $#found )) || _files
}
compdef _berth berth
`,
  fish: `complete -c berth -a '(set -l w (commandline -opc); $w[1] completion next -- $w[2..-1] (commandline -ct) 2>/dev/null)'
`,
};

/** What every agent knows; of a host that was asked its own are offered. */
const USUAL_PRESETS = ['claude', 'codex', 'gemini', 'aider', 'opencode', 'shell'];

export const completion = defineCommand({
  usage: 'bash | zsh | fish',
  describe: 'Print a completion script for your shell.',
  example: 'eval "$(berth completion bash)"',
  flags: {},
  verbs: ['bash', 'zsh', 'fish'],
  most: 1,
  rest: true,
  async run({ words, rest }, context) {
    const [shell = ''] = words;
    if (shell === 'next') {
      const found = await wordsAfter(rest ?? [], context);
      context.console.out(found.map((word) => `${word}\n`).join(''));
      return 0;
    }
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
    if (!script) {
      const known = 'it is one of bash, zsh, fish';
      throw new BerthError('USAGE', `cannot complete for ${shell || 'no shell'}: ${known}`);
    }
    context.console.out(script);
    return 0;
  },
});

/** `typed`: all words after `berth`; the last one is to be completed. */
async function wordsAfter(typed: readonly string[], context: Context): Promise<readonly string[]> {
  const current = typed.at(-1) ?? '';
  const names = CATALOG.map(({ name }) => name).filter((name) => name.startsWith(current));
  const [name, ...before] = typed.slice(0, -1);
  if (name === undefined) return [...names, ...['help'].filter((word) => word.startsWith(current))];
  if (name === 'help') return before.length === 0 ? names : [];
  const entry = findEntry(name);
  if (!entry) return [];
  const [command, fleet] = await Promise.all([entry.load(), knownFleet(context)]);
  return nextWords(entry, command, { before, current }, fleet);
}

/** From what other commands heard: no host is asked. */
async function knownFleet(context: Context): Promise<KnownFleet> {
  const cache = createFleetCache(context.paths.cacheDir);
  const hosts = (await context.hosts()).map(({ name }) => name);
  const kept = hosts.map((host) => ({ host, known: cache.words(host) }));
  return {
    hosts,
    sessions: kept.flatMap(({ host, known }) =>
      [...(known?.sessions.values() ?? [])].map(({ id, name, state }) => ({
        host,
        id,
        name,
        lives: !isFinal(state),
      })),
    ),
    presets: [...USUAL_PRESETS, ...kept.flatMap(({ known }) => known?.presets ?? [])],
    tagKeys: kept.flatMap(({ known }) => known?.tagKeys ?? []),
    starts: knownStarts(context),
  };
}

function knownStarts({ paths }: Context): KnownFleet['starts'] {
  try {
    const starts = decodeHistory(readHistory(historyFile(paths.stateDir))).reverse();
    return starts.map(({ number, sessions }) => ({
      number,
      sessions: sessions.map(({ id, name }) => name || id),
    }));
  } catch {
    return [];
  }
}
