/** How to reach a session's terminal by nothing but ssh and tmux, as a line for a shell. Pure. */
import type { HostConfig } from '../config/remotes.ts';

/** Of a session's own tmux server, or a session of the user's server by its exact name. */
type Terminal = { readonly tmuxSocket: string } | { readonly tmuxSession: string };

/** `configFile`: for `ssh -F`; empty: ssh's own. */
export function plainSsh(host: HostConfig, options: Terminal & { configFile: string }): string {
  const where = 'tmuxSocket' in options ? options.tmuxSocket : `=${options.tmuxSession}`;
  const attach =
    'tmuxSocket' in options ? `tmux -S ${quoted(where)} attach` : `tmux attach -t ${quoted(where)}`;
  if (host.kind === 'local') return attach;
  const words = [
    ...['ssh', '-t'],
    ...(options.configFile ? ['-F', options.configFile] : []),
    ...(host.port === undefined ? [] : ['-p', String(host.port)]),
    ...(host.key === undefined ? [] : ['-i', host.key]),
    ...(host.jumpHost === undefined ? [] : ['-J', host.jumpHost]),
    `${host.user === undefined ? '' : `${host.user}@`}${host.host ?? host.name}`,
  ];
  // A word that the shells of both sides leave alone needs no quotes of its own.
  const remote = where === quoted(where) ? attach : quoted(attach);
  return `${words.map(quoted).join(' ')} ${remote}`;
}

function quoted(word: string): string {
  // A word that begins with = means a program to zsh.
  return /^(?!=)(?:~\/)?[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
