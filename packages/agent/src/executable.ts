/** What changes where the agent is one executable file: how to start it again, and the files inside it. */
import { getAsset, isSea } from 'node:sea';

/** argv of this program without its arguments. */
export function ownProgram(): string[] {
  return isSea() ? [process.execPath] : [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
}

/** A file that the build put into the executable; null out of a checkout. */
export function embedded(name: string): Buffer | null {
  return isSea() ? Buffer.from(getAsset(name)) : null;
}
