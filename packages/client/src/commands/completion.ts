/** `berth completion`: scripts for bash, zsh and fish; they ask `berth completion words …` for the words. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { EVENT_KINDS } from '@berth/shared/domain/event';
import { SESSION_STATUSES } from '@berth/shared/domain/session-state';
import type { Context } from '../context.ts';
import { inventory } from '../fleet/inventory.ts';
import { CATALOG, findEntry } from './catalog.ts';
import { defineCommand, type Flags, GLOBAL_FLAGS } from './command.ts';

/**
 * Bash: no `compgen -W`, which runs a `$(…)` in the words it is given, and the words come from hosts.
 * Where there are no words the shell completes file names.
 */
const SCRIPTS: Record<string, string> = {
  bash: `_berth() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    [[ $word == "\${COMP_WORDS[COMP_CWORD]}"* ]] && COMPREPLY+=("$word")
  done < <("$1" completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
}
complete -o default -F _berth berth
`,
  zsh: `#compdef berth
_berth() {
  local -a found
  found=(\${(f)"$("$words[1]" completion words -- "\${(@)words[2,CURRENT-1]}" 2>/dev/null)"})
  if (( $#found )); then compadd -a found; else _files; fi
}
compdef _berth berth
`,
  fish: `complete -c berth -f -a '(set -l w (commandline -opc); $w[1] completion words -- $w[2..-1] 2>/dev/null)'
`,
};

/** Of flags that take several words at once. */
const WORDS: Readonly<Record<string, readonly string[]>> = { status: SESSION_STATUSES, only: EVENT_KINDS };

/** What a shell takes as it is. Anything else of a host's is not put onto the user's command line. */
const PLAIN = /^[\p{L}\p{N}._@%+,-]+$/u;

export const completion = defineCommand({
  usage: 'bash | zsh | fish',
  describe: 'Print a completion script for your shell.',
  example: 'eval "$(berth completion bash)"',
  flags: {},
  most: 1,
  rest: true,
  async run({ words, rest }, context) {
    const [shell = ''] = words;
    if (shell === 'words') {
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

async function wordsAfter(before: readonly string[], context: Context): Promise<readonly string[]> {
  const [name] = before;
  if (name === undefined) return CATALOG.map((entry) => entry.name);
  const entry = findEntry(name);
  // After -- comes another program's command line.
  if (!entry || before.includes('--')) return [];
  const flags: Flags = { ...(await entry.load()).flags, ...GLOBAL_FLAGS };
  const valued = valueAfter(before.at(-1) ?? '', flags);
  if (valued === 'host') return await hostNames(context);
  if (valued === 'session') return await sessionNames(context);
  if (valued !== null) return WORDS[valued] ?? flags[valued]?.choices ?? [];
  const dashed = Object.keys(flags).map((flag) => `--${flag}`);
  if (name === 'completion') return ['bash', 'zsh', 'fish', ...dashed];
  if (name === 'host' && before.length === 1) return ['list', 'show', 'forget', ...dashed];
  if (entry.completes === 'host') return [...(await hostNames(context)), ...dashed];
  if (entry.completes !== 'session') return dashed;
  return [...(await sessionNames(context)), ...dashed];
}

/** The flag whose value comes next; null if the word is none that takes one. */
function valueAfter(word: string, flags: Flags): string | null {
  const found = Object.entries(flags).find(
    ([name, { short }]) => word === `--${name}` || (short && word === `-${short}`),
  );
  return found && found[1].type !== 'boolean' ? found[0] : null;
}

async function hostNames(context: Context): Promise<string[]> {
  return (await context.hosts()).map(({ name }) => name).filter((name) => PLAIN.test(name));
}

async function sessionNames(context: Context): Promise<string[]> {
  const answers = await inventory(context);
  const sessions = answers.flatMap((answer) => (answer.ok ? answer.value.sessions : []));
  return sessions.map(({ id, name }) => (PLAIN.test(name) ? name : id)).filter((word) => PLAIN.test(word));
}
