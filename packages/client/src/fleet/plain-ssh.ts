/** How to reach a session's terminal by nothing but ssh and tmux, as a line for a shell. Pure. */
import type { HostConfig } from '../config/remotes.ts';

/** `configFile`: for `ssh -F`; empty: ssh's own. */
export function plainSsh(host: HostConfig, options: { tmuxSocket: string; configFile: string }): string {
  const attach = `tmux -S ${quoted(options.tmuxSocket)} attach`;
  if (host.kind === 'local') return attach;
  const words = [
    ...['ssh', '-t'],
    ...(options.configFile ? ['-F', options.configFile] : []),
    ...(host.port === undefined ? [] : ['-p', String(host.port)]),
    ...(host.key === undefined ? [] : ['-i', host.key]),
    ...(host.jumpHost === undefined ? [] : ['-J', host.jumpHost]),
    `${host.user === undefined ? '' : `${host.user}@`}${host.host ?? host.name}`,
  ];
  // A socket whose path the shells of both sides leave alone needs no quotes of its own.
  const remote = options.tmuxSocket === quoted(options.tmuxSocket) ? attach : quoted(attach);
  return `${words.map(quoted).join(' ')} ${remote}`;
}

function quoted(word: string): string {
  return /^(?:~\/)?[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
