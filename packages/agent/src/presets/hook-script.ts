/** The script that hooks of coding agents call, put into the state directory at start. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import text from './berth-hook.sh';

/** Its path, which stays the same: settings of tools name it. Written whole, by rename. */
export async function installHookScript(stateDirectory: string): Promise<string> {
  const directory = path.join(stateDirectory, 'lib');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, 'berth-hook.sh');
  await writeFile(`${file}.new`, text, { mode: 0o700 });
  await rename(`${file}.new`, file);
  return file;
}
