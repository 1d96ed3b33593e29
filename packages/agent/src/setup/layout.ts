/**
 * Where a host keeps the agent's versions: each in a directory of its own, and a link that names
 * the one to run. The link is replaced by rename, so that there is one at every moment.
 */
import { readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Scope } from '@berth/shared/domain/host-snapshot';
import { makeDirectory } from '@berth/shared/files/make-directory';

export interface Layout {
  readonly versions: string;
  /** A link to one directory of `versions`. */
  readonly current: string;
  /** What systemd runs. */
  readonly program: string;
  readonly units: string;
  /** A link on people's PATH. */
  readonly command: string;
}

/** The same places are spelled by the client, which uploads into them. */
export function layoutOf(scope: Scope, home: string, configHome: string): Layout {
  const base = scope === 'user' ? path.join(home, '.local/lib/berth') : '/usr/local/lib/berth';
  return {
    versions: path.join(base, 'versions'),
    current: path.join(base, 'current'),
    program: path.join(base, 'current/berthd'),
    units: scope === 'user' ? path.join(configHome, 'systemd/user') : '/etc/systemd/system',
    command: scope === 'user' ? path.join(home, '.local/bin/berthd') : '/usr/local/bin/berthd',
  };
}

/** The directory that the link names; null where there is none. */
export function currentVersion({ current }: Layout): string | null {
  try {
    return path.resolve(path.dirname(current), readlinkSync(current));
  } catch {
    return null;
  }
}

export function makeCurrent(layout: Layout, version: string): void {
  link(path.relative(path.dirname(layout.current), version), layout.current);
}

/** Puts the program on the PATH, unless something else has the name. */
export function linkCommand(layout: Layout): void {
  try {
    if (!readlinkSync(layout.command).endsWith('/berth/current/berthd')) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
  }
  makeDirectory(path.dirname(layout.command), 0o777);
  link(layout.program, layout.command);
}

/** Removes all versions but the newest few and those in `keep`. */
export function pruneVersions({ versions }: Layout, keep: readonly (string | null)[]): void {
  const byAge = readdirSync(versions)
    .map((name) => path.join(versions, name))
    .map((directory) => ({ directory, at: statSync(directory).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { directory } of byAge.slice(KEPT)) {
    if (!keep.includes(directory)) rmSync(directory, { recursive: true, force: true });
  }
}

const KEPT = 3;

function link(target: string, at: string): void {
  const temporary = `${at}.${process.pid}`;
  rmSync(temporary, { force: true });
  symlinkSync(target, temporary);
  renameSync(temporary, at);
}
