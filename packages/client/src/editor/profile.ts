/** What the user's editors begin with: settings.json, keybindings.json and extensions.txt in `code/` beside the configuration. */
import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { type EditorProfile, isExtensionName, MAX_PROFILE_BYTES } from '@berth/shared/domain/editor';
import { oneLine } from '@berth/shared/domain/text';

/** What is not there is empty. `idleMs`: as configured. Throws CONFIG_INVALID. */
export function readProfile(configDir: string, idleMs: number): EditorProfile {
  const directory = path.join(configDir, 'code');
  return {
    settings: read(path.join(directory, 'settings.json')),
    keybindings: read(path.join(directory, 'keybindings.json')),
    extensions: extensionsIn(path.join(directory, 'extensions.txt')),
    idleMs,
  };
}

function read(file: string): string {
  let found: ReturnType<typeof statSync>;
  try {
    found = statSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(file, (error as Error).message);
    const lost = [path.dirname(file), file].find(leadsNowhere);
    if (lost === undefined) return '';
    throw unreadable(file, `${lost} is a link to what is not there`);
  }
  // Before a byte is read: of a pipe that might never come, and of a device never end.
  if (!found.isFile()) throw unreadable(file, 'it is no file');
  if (found.size > MAX_PROFILE_BYTES) throw new BerthError('CONFIG_INVALID', `${file} is larger than 1 MiB`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    throw unreadable(file, error instanceof TypeError ? 'it is no UTF-8' : (error as Error).message);
  }
}

function leadsNowhere(name: string): boolean {
  return lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink() === true && !existsSync(name);
}

function unreadable(file: string, why: string): BerthError {
  return new BerthError('CONFIG_INVALID', `cannot read ${file}: ${why}`);
}

/** One a line; `#` begins a remark. */
function extensionsIn(file: string): string[] {
  const lines = read(file).split('\n');
  return lines.flatMap((line, index) => {
    const word = line.replace(/#.*/, '').trim();
    if (word === '') return [];
    if (isExtensionName(word)) return [word];
    throw new BerthError('CONFIG_INVALID', `${file}:${index + 1}: ${oneLine(word)} is no extension`, {
      hint: 'write PUBLISHER.NAME or PUBLISHER.NAME@VERSION, one a line',
    });
  });
}
