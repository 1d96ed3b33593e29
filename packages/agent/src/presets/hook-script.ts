/** The script that hooks of coding agents call, put into the state directory at start. */
import path from 'node:path';
import { replaceFile } from '@berth/shared/files/replace-file';
import text from './berth-hook.sh';

/** Its path, which stays the same: settings of tools name it. Written whole, by rename. */
export function installHookScript(stateDirectory: string): string {
  const file = path.join(stateDirectory, 'lib/berth-hook.sh');
  replaceFile(file, text, 0o700);
  return file;
}
