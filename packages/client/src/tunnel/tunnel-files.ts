/** The files of one host's tunnel, in the runtime directory. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Paths } from '../config/paths.ts';
import type { HostConfig } from '../config/remotes.ts';
import type { Settings } from '../config/settings.ts';

export interface TunnelFiles {
  readonly socket: string;
  readonly control: string;
  readonly pid: string;
  /** Number of an ssh that is still connecting. */
  readonly connecting: string;
  readonly log: string;
  readonly lock: string;
  /** Holds `dial-stdio` where the host is known to forbid forwarding. */
  readonly mode: string;
}

export function filesOf(host: HostConfig, paths: Paths, settings: Settings): TunnelFiles {
  // All that decides where a connection ends: two names never share a tunnel by accident.
  const identity = [host.name, host.host, host.user, host.port, host.key, host.jumpHost, settings.sshConfig];
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 12);
  const base = path.join(paths.runtimeDir, 'h', hash);
  return {
    socket: `${base}.s`,
    control: `${base}.c`,
    pid: `${base}.pid`,
    connecting: `${base}.new`,
    log: `${base}.log`,
    lock: `${base}.lock`,
    mode: `${base}.mode`,
  };
}

export function readMode(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export function writeMode(file: string, mode: 'forward' | 'dial-stdio'): void {
  if (mode === 'forward') rmSync(file, { force: true });
  else writeFileSync(file, mode, { mode: 0o600 });
}
