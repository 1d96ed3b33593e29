/**
 * The way to each host's agent. Warm: a connect to a local socket, no process at all. Cold: one
 * master for each host, made by one client while others wait, and a forward on it.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { MAX_SOCKET_PATH_BYTES } from '@berth/shared/domain/limits';
import { type Paths, privateDirectory } from '../config/paths.ts';
import type { HostConfig } from '../config/remotes.ts';
import type { Settings } from '../config/settings.ts';
import type { Link } from './link.ts';
import { accepts } from './socket.ts';
import { filesOf, readMode, type TunnelFiles } from './tunnel-files.ts';

export interface TunnelOptions {
  readonly paths: Paths;
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  readonly notice: (text: string) => void;
}

export interface Tunnels {
  /** Rejects with a BerthError that names the host. */
  open(host: HostConfig, options?: { signal?: AbortSignal }): Promise<Link>;
}

export function createTunnels(options: TunnelOptions): Tunnels {
  const { paths, settings, env } = options;

  async function local(signal: AbortSignal): Promise<Link> {
    const ensure = async () => {
      const { ensureLocalAgent } = await import('./local-agent.ts');
      await ensureLocalAgent({ ...options, signal });
    };
    // A socket that is there is taken at its word; a call that finds nobody behind it comes back.
    if (!existsSync(paths.agentSocket)) await ensure();
    return {
      socketPath: paths.agentSocket,
      kind: 'local',
      recycle: ensure,
      [Symbol.asyncDispose]: async () => {},
    };
  }

  async function remote(host: HostConfig, signal: AbortSignal): Promise<Link> {
    const files = filesOf(host, paths, settings);
    checkLength(files.socket);
    checkLength(`${files.control}.0123456789abcdef`);
    const cold = async (retire: boolean) => {
      const { openCold } = await import('./cold.ts');
      return await openCold({ host, files, settings, env, signal, retire });
    };
    privateDirectory(path.dirname(files.socket));
    if (readMode(files.mode) !== 'dial-stdio' && (await accepts(files.socket))) {
      return forwarded(files, () => cold(true));
    }
    const way = await cold(false);
    return way.kind === 'forward' ? forwarded(files, () => cold(true)) : way;
  }

  return {
    open: (host, { signal = new AbortController().signal } = {}) =>
      host.kind === 'local' ? local(signal) : remote(host, signal),
  };
}

function forwarded(files: TunnelFiles, again: () => Promise<unknown>): Link {
  return {
    socketPath: files.socket,
    kind: 'forward',
    recycle: async () => void (await again()),
    // The master lives on: the next command finds it warm.
    [Symbol.asyncDispose]: async () => {},
  };
}

function checkLength(socket: string): void {
  const bytes = Buffer.byteLength(socket);
  if (bytes <= MAX_SOCKET_PATH_BYTES) return;
  throw new BerthError(
    'SOCKET_PATH_TOO_LONG',
    `cannot make a tunnel: the socket path ${socket} has ${bytes} bytes, the limit is ${MAX_SOCKET_PATH_BYTES}`,
  );
}
