/** Variables for a session: from files, then from flags; a bare NAME takes the value it has here. */
import { readFile } from 'node:fs/promises';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export async function gatherEnvironment(options: {
  env: readonly string[];
  files: readonly string[];
  local: NodeJS.ProcessEnv;
}): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const file of options.files) {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new BerthError('USAGE', `cannot read --env-file ${file}: ${messageOf(error)}`);
    });
    text.split(/\r?\n/).forEach((line, i) => {
      if (line.trim() !== '' && !line.trimStart().startsWith('#')) {
        add(result, line.replace(/^\s*export\s+/, ''), { local: options.local, where: `${file}:${i + 1}` });
      }
    });
  }
  for (const text of options.env) add(result, text, { local: options.local, where: '--env' });
  return result;
}

/** Errors never show a value: it may be a secret. */
function add(
  result: Record<string, string>,
  text: string,
  { local, where }: { local: NodeJS.ProcessEnv; where: string },
): void {
  const equals = text.indexOf('=');
  const name = (equals < 0 ? text : text.slice(0, equals)).trim();
  if (!NAME.test(name))
    throw new BerthError('USAGE', `${where}: cannot read a variable: it takes NAME=VALUE or NAME`);
  const value = equals < 0 ? local[name] : text.slice(equals + 1);
  if (value === undefined)
    throw new BerthError('USAGE', `${where}: ${name} has no value here`, { hint: `write ${name}=VALUE` });
  if (value.includes('\0'))
    throw new BerthError('USAGE', `${where}: the value of ${name} contains a NUL character`);
  result[name] = value;
}
