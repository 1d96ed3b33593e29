/** What the user's editors begin with: settings.json, keybindings.json and extensions.txt in `code/` beside the configuration. */
import { readFileSync } from 'node:fs';
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
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new BerthError('CONFIG_INVALID', `cannot read ${file}: ${(error as Error).message}`);
  }
  if (Buffer.byteLength(text) <= MAX_PROFILE_BYTES) return text;
  throw new BerthError('CONFIG_INVALID', `${file} is larger than 1 MiB`);
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
