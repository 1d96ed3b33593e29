/** Host keys that are known to be right, in the file where the user's ssh looks for them. */
import { execFile } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { BerthError } from '@berth/shared/domain/berth-error';
import { makeDirectory } from '@berth/shared/files/make-directory';
import type { HostConfig } from '../config/remotes.ts';
import type { Settings } from '../config/settings.ts';

const run = promisify(execFile);

/** These keys, and no others, are those of the host from now on. Throws CONFIG_INVALID. */
export async function trustKeys(
  host: HostConfig,
  keys: readonly string[],
  { settings, env }: { settings: Settings; env: NodeJS.ProcessEnv },
): Promise<void> {
  if (keys.length === 0) return;
  const config = settings.sshConfig ? ['-F', settings.sshConfig] : [];
  const port = host.port === undefined ? [] : ['-p', String(host.port)];
  const asked = [...config, ...port, '-G', '--', host.host ?? host.name];
  const { stdout } = await run(settings.sshProgram, asked, { env });
  const says = (key: string) => new RegExp(`^${key} (.+)$`, 'm').exec(stdout)?.[1] ?? '';
  const [first = ''] = says('userknownhostsfile').split(' ');
  const file = first.replace(/^~(?=\/)/, env.HOME || homedir());
  if (!path.isAbsolute(file) || file === '/dev/null') {
    throw new BerthError(
      'CONFIG_INVALID',
      `ssh keeps no known hosts for ${host.name}: ${first || 'nowhere'}`,
      {
        hint: 'see UserKnownHostsFile of ssh_config(5)',
      },
    );
  }
  const alias = says('hostkeyalias');
  const address = says('hostname');
  const name = alias || (says('port') === '22' ? address : `[${address}]:${says('port')}`);
  makeDirectory(path.dirname(file));
  // Addresses are used again: the machine before had other keys.
  if (existsSync(file)) await run('ssh-keygen', ['-q', '-R', name, '-f', file], { env }).catch(() => {});
  appendFileSync(file, keys.map((key) => `${name} ${key}\n`).join(''), { mode: 0o600 });
}
