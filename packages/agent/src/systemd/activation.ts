/**
 * Sockets that systemd opened for this process (sd_listen_fds(3)): calls wait in them while the
 * agent is restarted.
 */

/** Descriptors from 3 on, by the name that the socket unit gives them. */
export function inheritedSockets(env: NodeJS.ProcessEnv, pid: number): ReadonlyMap<string, number> {
  const count = Number(env.LISTEN_FDS ?? 0);
  if (Number(env.LISTEN_PID) !== pid || !Number.isSafeInteger(count)) return new Map();
  const names = (env.LISTEN_FDNAMES ?? '').split(':');
  return new Map(Array.from({ length: count }, (_, index) => [names[index] || String(index), 3 + index]));
}
