/** What `berth start` is to run: the flags that say how, checked against each other. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { MAX_TURNS } from '@berth/shared/domain/limits';
import type { Context } from '../context.ts';
import { commandWords } from './command-words.ts';
import { setting } from './defaults.ts';
import { wholeNumber } from './values.ts';

/** The agent's name for a command with placeholders. */
export const CUSTOM = 'custom';

interface WorkFlags {
  readonly preset: string | undefined;
  readonly command: string | undefined;
  readonly 'max-turns': string | undefined;
  readonly headless: boolean;
  readonly 'skip-permissions': boolean;
}

export interface WorkHow {
  readonly preset: string;
  readonly maxTurns: number;
  readonly headless: boolean;
  readonly skipPermissions: boolean;
  /** Words of --command; null without it. */
  readonly command: readonly string[] | null;
}

/** `rest`: what stood after `--`. Throws USAGE. */
export function workHow(flags: WorkFlags, rest: readonly string[] | null, context: Context): WorkHow {
  const turns = flags['max-turns'];
  const maxTurns = turns === undefined ? 0 : wholeNumber('--max-turns', turns);
  if (turns !== undefined && (maxTurns < 1 || maxTurns > MAX_TURNS)) {
    throw new BerthError('USAGE', `--max-turns cannot be ${turns}: it takes a number from 1 to ${MAX_TURNS}`);
  }
  const how = { maxTurns, headless: flags.headless, skipPermissions: flags['skip-permissions'] };
  if (flags.command === undefined) {
    if (flags.preset === CUSTOM) {
      throw new BerthError('USAGE', `--preset ${CUSTOM} needs --command`, {
        hint: "as in: berth start --command 'mytool --ask {prompt}' 'do this'",
      });
    }
    const byDefault = rest === null ? (setting(context, 'preset') ?? '') : '';
    return { ...how, preset: flags.preset ?? byDefault, command: null };
  }
  if (rest !== null) throw new BerthError('USAGE', 'choose one of --command and a command after --');
  if (flags.preset !== undefined && flags.preset !== CUSTOM) {
    throw new BerthError('USAGE', 'choose one of --command and --preset');
  }
  return { ...how, preset: CUSTOM, command: commandWords(flags.command) };
}
