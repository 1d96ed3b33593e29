/** What a preset file may say, and the checks of it. */
import { MAX_TURNS } from '@berth/shared/domain/limits';
import * as z from 'zod';
import { CUSTOM } from '../domain/presets.ts';

const text = z.string({ error: 'must be text' });
const line = text
  .min(1, 'must not be empty')
  .max(400, 'must not be longer than 400 characters')
  .regex(/^\P{Cc}*$/u, 'must be one line');
const args = z.array(text, { error: 'must be a list of arguments' });
const variableName = text.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of a variable');
const variables = z.record(variableName, text);
const fileName = text.regex(/^(?!\.)[\w.-]+$/, 'must be a plain file name');
const signal = z.enum(['TERM', 'INT', 'HUP', 'QUIT'], { error: 'must be TERM, INT, HUP or QUIT' });

const shape = z.strictObject({ with_prompt: args.nullish(), without_prompt: args.nullish() });
const pattern = text.min(1, 'must not be empty').superRefine((source, check) => {
  try {
    new RegExp(source, 'm');
  } catch (error) {
    check.addIssue({ code: 'custom', message: `is no regular expression: ${(error as Error).message}` });
  }
});

const hooks = z.strictObject({
  events: z.array(line, { error: 'must be a list' }).min(1, 'must name an event'),
  session: z
    .strictObject({
      file: z.strictObject({ name: fileName, content: z.enum(['hooks-json', 'plugin']) }).nullish(),
      args: args.optional(),
      env: variables.optional(),
    })
    .nullish(),
  install: z
    .strictObject({
      directory: text.regex(/^(~\/|\/)/, 'must begin with ~/ or /'),
      directory_env: line.nullish(),
      file: text.regex(/^(?!\/)(?!.*\.\.)[\w./-]+$/, 'must be a path below the directory'),
      format: z.enum(['hooks-json', 'notify-toml', 'plugin']),
      note: line.optional(),
    })
    .nullish(),
  plugin: text.optional(),
});

/** Before inheritance: every key may be left out. */
export const PRESET_FILE = z.strictObject({
  extends: text.optional(),
  description: line,
  program: line.nullish(),
  candidate: z.boolean({ error: 'must be true or false' }).optional(),
  interactive: shape.optional(),
  headless: shape.nullish(),
  max_turns: z
    .strictObject({
      args,
      headless_only: z.boolean().optional(),
      most: z.int().min(1).max(MAX_TURNS).optional(),
    })
    .nullish(),
  skip_permissions: z.strictObject({ interactive: args.nullish(), headless: args.nullish() }).nullish(),
  env: variables.optional(),
  credentials: z.array(variableName, { error: 'must be a list of names of variables' }).optional(),
  hooks: hooks.nullish(),
  stop_signal: z.strictObject({ with_prompt: signal, without_prompt: signal }).optional(),
  prompts: z
    .array(
      z.strictObject({
        pattern,
        kind: z.enum(['permission', 'input', 'error'], { error: 'must be permission, input or error' }),
        reason: line,
      }),
    )
    .optional(),
  end: z.enum(['exit', 'hook', 'screen'], { error: 'must be exit, hook or screen' }).optional(),
});
export type PresetFile = z.infer<typeof PRESET_FILE>;

export function nameProblem(name: string): string | null {
  if (name === CUSTOM) return `${CUSTOM} is the name for commands of berth start --command`;
  return /^[a-z0-9][a-z0-9_-]{0,31}$/.test(name)
    ? null
    : 'the name of a preset is 1 to 32 of a-z, 0-9, dash and underscore';
}
