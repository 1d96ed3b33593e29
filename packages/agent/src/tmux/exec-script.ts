/** What a command beside a session is to run, as assignments for a POSIX shell. */

export interface ExecWords {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Of the shell itself: some shells refuse to set them, in others they would change how it goes on. */
const OF_THE_SHELL = new Set([
  ...['BASHOPTS', 'BASH_VERSINFO', 'EUID', 'IFS', 'OPTIND', 'PPID', 'SHELLOPTS', 'UID', 'PWD', 'OLDPWD'],
]);

/** No word of it is anything but a word to the shell. */
export function execScript({ argv, env, directory }: ExecWords): string {
  const exported = Object.entries(env)
    .filter(([name]) => NAME.test(name) && !OF_THE_SHELL.has(name))
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  // cd takes a word that begins with a dash for itself, and looks elsewhere for one that is relative.
  const enter = `unset CDPATH\ncd ${quoted(directory)} || exit 126\nunset OLDPWD\n`;
  return `${enter}${exported.join('')}set -- ${argv.map(quoted).join(' ')}\n`;
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
