/** `berth completion`: scripts for bash, zsh and fish; they ask `berth completion words …` for the words. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { inventory } from '../fleet/inventory.ts';
import { CATALOG, findEntry } from './catalog.ts';
import { defineCommand, GLOBAL_FLAGS } from './command.ts';

const SCRIPTS: Record<string, string> = {
  bash: `_berth() { local IFS=$'\\n'; COMPREPLY=( $(compgen -W "$(berth completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}") ); }
complete -F _berth berth
`,
  zsh: `#compdef berth
_berth() { compadd -- \${(f)"$(berth completion words -- "\${(@)words[2,CURRENT-1]}" 2>/dev/null)"}; }
compdef _berth berth
`,
  fish: `complete -c berth -f -a '(berth completion words -- (commandline -opc)[2..-1] 2>/dev/null)'
`,
};

export const completion = defineCommand({
  usage: 'bash | zsh | fish',
  describe: 'Print a completion script for your shell.',
  example: 'eval "$(berth completion bash)"',
  flags: {},
  async run({ words, rest }, context) {
    const [shell = ''] = words;
    if (shell === 'words') {
      const found = await wordsAfter(rest ?? [], context);
      context.console.out(found.map((word) => `${oneLine(word)}\n`).join(''));
      return 0;
    }
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
    if (!script)
      throw new BerthError(
        'USAGE',
        `cannot complete for ${shell || 'no shell'}: it is one of bash, zsh, fish`,
      );
    context.console.out(script);
    return 0;
  },
});

async function wordsAfter(before: readonly string[], context: Context): Promise<string[]> {
  const [name] = before;
  if (name === undefined) return CATALOG.map((entry) => entry.name);
  const entry = findEntry(name);
  if (!entry) return [];
  const last = before.at(-1);
  const flags = { ...(await entry.load()).flags, ...GLOBAL_FLAGS };
  const hosts = async () => (await context.hosts()).map((host) => host.name);
  if (last === '--host') return await hosts();
  if (name === 'host' && before.length === 1) return ['list', 'show', 'forget'];
  const dashed = Object.keys(flags).map((flag) => `--${flag}`);
  if (entry.completes === 'host') return [...(await hosts()), ...dashed];
  if (entry.completes !== 'session') return dashed;
  const answers = await inventory(context);
  const sessions = answers.flatMap((a) => (a.ok ? a.value.sessions.map((s) => s.name || s.id) : []));
  return [...sessions, ...dashed];
}
