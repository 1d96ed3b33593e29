/** Which tmux this host has, and whether it will do. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BerthError } from '@berth/shared/domain/berth-error';

/** 3.2 brought the foreground server (-D). */
const OLDEST = { major: 3, minor: 2 };

/** Throws TOOL_MISSING where tmux is missing or older than 3.2. */
export async function checkTmux(program: string): Promise<{ program: string; version: string }> {
  let text: string;
  try {
    text = (await promisify(execFile)(program, ['-V'], { timeout: 5000 })).stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new BerthError('TOOL_MISSING', 'cannot start berthd: tmux is not installed on this host', {
      hint: 'install tmux 3.2 or later, e.g. sudo apt-get install tmux',
    });
  }
  const version = text.trim().replace(/^tmux /, '');
  if (tooOld(version)) {
    throw new BerthError(
      'TOOL_MISSING',
      `cannot start berthd: tmux ${version} is too old, 3.2 or later is needed`,
      {
        hint: 'install a newer tmux, e.g. from the backports of your distribution',
      },
    );
  }
  return { program, version };
}

/** True for a version before 3.2. A version without a number was built from a branch, and is new. */
export function tooOld(version: string): boolean {
  const match = /(\d+)\.(\d+)/.exec(version);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
}
