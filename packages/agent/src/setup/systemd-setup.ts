/** What setting up asks of systemd and logind: units written, read, enabled, restarted; linger. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Scope } from '@berth/shared/domain/host-snapshot';
import { makeDirectory } from '@berth/shared/files/make-directory';
import type { UnitFile } from './unit-files.ts';

const CALL_MS = 90_000;

/** Runs a program; rejects with the last line that it said, but for where it would send the reader. */
async function call(program: string, ...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { timeout: CALL_MS, encoding: 'utf8' })).stdout;
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? '').trim();
    const lines = said.split('\n').filter((line) => !/^See "?systemctl /.test(line));
    throw new Error(lines.at(-1) || `${program} ${args.join(' ')} failed`, { cause: error });
  }
}

export function systemctl(scope: Scope, ...args: string[]): Promise<string> {
  return call('systemctl', `--${scope}`, '--no-ask-password', ...args);
}

/** Starts an agent by its socket, or anew; `unit` without a suffix. */
export async function startAgent(scope: Scope, unit: string): Promise<void> {
  const [socket, service] = [`${unit}.socket`, `${unit}.service`];
  // One that a client started without units, under the same name, makes way.
  const seen = await systemctl(scope, 'show', '--property=FragmentPath', service);
  if (seen.includes('/transient/')) await systemctl(scope, 'stop', service);
  await systemctl(scope, 'enable', socket, service);
  await systemctl(scope, 'reset-failed', service).catch(() => '');
  // The socket stays open over the restart: calls wait in it.
  await systemctl(scope, 'start', socket).catch(async () => {
    await systemctl(scope, 'stop', service);
    await systemctl(scope, 'start', socket);
  });
  await systemctl(scope, 'restart', service);
}

/** True if any of them is new or other than what was there. Each appears whole. */
export function writeUnits(directory: string, files: readonly UnitFile[]): boolean {
  makeDirectory(directory, 0o777);
  let changed = false;
  for (const { name, text } of files) {
    const file = path.join(directory, name);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    writeFileSync(`${file}.new`, text, { mode: 0o644 });
    renameSync(`${file}.new`, file);
    changed = true;
  }
  return changed;
}

export function removeUnits(directory: string, names: readonly string[]): void {
  for (const name of names) rmSync(path.join(directory, name), { force: true });
}

/**
 * Without linger the user's manager, and all sessions with it, end at the last logout. Asks for
 * oneself, then by sudo; nobody is asked for a password. Throws HOST_UNSUITABLE.
 */
export async function enableLinger(user: string): Promise<'there' | 'enabled'> {
  if (existsSync(`/var/lib/systemd/linger/${user}`)) return 'there';
  for (const [program, ...args] of [['loginctl'], ['sudo', '-n', 'loginctl']] as [string, ...string[]][]) {
    try {
      await call(program, ...args, '--no-ask-password', 'enable-linger', user);
      return 'enabled';
    } catch {
      // The next way may be allowed.
    }
  }
  throw new BerthError(
    'HOST_UNSUITABLE',
    `cannot keep sessions of ${user} running after logout: enabling linger was refused`,
    { hint: `as root, on the host: loginctl enable-linger ${user}` },
  );
}

/** The manager of a user who just got linger needs a moment; throws when it does not come. */
export async function managerIsUp(scope: Scope): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    try {
      await systemctl(scope, 'show', '--property=Version');
      return;
    } catch (error) {
      if (performance.now() > deadline) {
        throw new BerthError('HOST_UNSUITABLE', `systemd (${scope}) does not answer: ${String(error)}`, {
          hint:
            scope === 'user'
              ? 'install dbus-user-session and libpam-systemd on the host'
              : 'check that systemd runs the host, and that you are root',
        });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
