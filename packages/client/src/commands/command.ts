/** What a command is: its flags as data (parsed, completed and explained from the same words), and a run. */
import type { Context } from '../context.ts';
import type { Console } from '../render/console.ts';

export interface FlagSpec {
  /** `list`: may be given several times. */
  readonly type: 'boolean' | 'string' | 'list';
  readonly short?: string;
  readonly describe: string;
  /** Shown in the help in the place of the value. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** Its value where none follows: that may be left out. */
  readonly usual?: string;
}

export type Flags = Readonly<Record<string, FlagSpec>>;

export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]: F[K]['type'] extends 'boolean'
    ? boolean
    : F[K]['type'] extends 'list'
      ? readonly string[]
      : string | undefined;
};

export interface Arguments<F extends Flags> {
  readonly flags: FlagValues<F>;
  readonly words: readonly string[];
  /** What stood after `--`; null if there was none. */
  readonly rest: readonly string[] | null;
  /** Of a command that passes words on: a `--` stood before them. */
  readonly delimited?: boolean;
}

export interface Command<F extends Flags = Flags> {
  /** After `berth NAME`. */
  readonly usage: string;
  readonly describe: string;
  /** One line that works. */
  readonly example: string;
  readonly flags: F;
  /** What its first word may be, for completion. */
  readonly verbs?: readonly string[];
  /** Most words it takes; absent: any number. */
  readonly most?: number;
  /** What stands after `--` is something else than more words. */
  readonly rest?: true;
  /** What stands after its first word, or after `--`, is another program's, flags and all: it is `rest`. */
  readonly passes?: true;
  /** Before anything is opened: the arguments that are meant, where these stand for others. */
  meant?(args: Arguments<F>, before: { env: NodeJS.ProcessEnv; console: Console }): Promise<Arguments<F>>;
  /** Resolves with the exit code. */
  run(args: Arguments<F>, context: Context): Promise<number>;
}

/** A command of any flags, as cli.ts holds it. */
export type AnyCommand = Omit<Command, 'run'> & {
  run(args: Arguments<Flags>, context: Context): Promise<number>;
};

export function defineCommand<const F extends Flags>(command: Command<F>): AnyCommand {
  return command as unknown as AnyCommand;
}

export const GLOBAL_FLAGS = {
  config: { type: 'string', value: 'FILE', describe: 'read defaults from this file' },
  'no-color': { type: 'boolean', describe: 'no colours' },
  json: { type: 'boolean', describe: 'print results and errors as JSON' },
  help: { type: 'boolean', short: 'h', describe: 'show this help' },
} as const satisfies Flags;
