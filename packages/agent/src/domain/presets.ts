/** Presets: how to run a known tool. The form that rules know, and the pure building of an argv from it. */
import type { AttentionKind } from '@berth/shared/domain/attention';
import { BerthError } from '@berth/shared/domain/berth-error';

/** Arguments after the program; null where the tool cannot be run that way. */
export interface Shape {
  readonly withPrompt: readonly string[] | null;
  readonly withoutPrompt: readonly string[] | null;
}

/** How its user is known to be needed, or it to have finished: its process ends, its hooks tell, its screen shows. */
export type EndSign = 'exit' | 'hook' | 'screen';

/** A known question that stands still on the screen. */
export interface ScreenPrompt {
  /** Matched against the lines of the screen; `^` and `$` are the ends of a line. */
  readonly pattern: RegExp;
  readonly kind: Extract<AttentionKind, 'permission' | 'input' | 'error'>;
  readonly reason: string;
}

export interface Preset {
  readonly name: string;
  readonly description: string;
  /** Program looked up on the PATH of the login shell; null: the login shell itself. */
  readonly program: string | null;
  /** Taken where no preset was named, in the order of the list. */
  readonly candidate: boolean;
  readonly interactive: Shape;
  /** Without a person: it ends by itself. Null: it cannot. */
  readonly headless: Shape | null;
  /** Arguments that cap its turns; null: it knows no such thing. */
  readonly maxTurns: {
    readonly args: readonly string[];
    readonly headlessOnly: boolean;
    readonly most: number;
  } | null;
  /** Arguments by which it asks nobody before it acts; null: it knows none when it runs that way. */
  readonly skipPermissions: {
    readonly interactive: readonly string[] | null;
    readonly headless: readonly string[] | null;
  };
  /** Set in its sessions, over what the login shell set. */
  readonly env: Readonly<Record<string, string>>;
  /** Null: it has none that Berth knows. */
  /** Names of the variables that the tool takes its credentials from, the usual one first. */
  readonly credentials: readonly string[];
  readonly hooks: PresetHooks | null;
  /** The signal that asks it to end, with a prompt and without. An interactive shell ignores TERM. */
  readonly stopSignal: { readonly withPrompt: string; readonly withoutPrompt: string };
  readonly prompts: readonly ScreenPrompt[];
  /** How the end of a turn is known while it runs interactively. */
  readonly end: EndSign;
}

export interface PresetHooks {
  /** By the tool's own names. */
  readonly events: readonly string[];
  /** Program text for a tool whose hooks are one; empty elsewhere. */
  readonly plugin: string;
  /** For one session, beside the user's own settings; null: only by installation. */
  readonly session: {
    /** Made for the session. */
    readonly file: { readonly name: string; readonly content: 'hooks-json' | 'plugin' } | null;
    readonly args: readonly string[];
    /** Where the user has set one of these, theirs holds. */
    readonly env: Readonly<Record<string, string>>;
  } | null;
  /** Into the user's own settings; null: cannot be done. */
  readonly install: HookInstall | null;
}

export interface HookInstall {
  /** `~/…`; `directoryEnv` names the variable that moves the directory. */
  readonly directory: string;
  readonly directoryEnv: string | null;
  readonly file: string;
  readonly format: 'hooks-json' | 'notify-toml' | 'plugin';
  /** Said with what is installed; may be empty. */
  readonly note: string;
}

/** What stands for the session's own things in arguments, files and variables of a preset. */
export interface Places {
  /** The session's directory for files of its tool. */
  readonly toolDir: string;
  /** The script that hooks call: see hook-script.ts. */
  readonly hookScript: string;
}

const PROMPT_FILE = 'prompt.txt';
/** Not a file: the command of `berth start --command` is its argv. */
export const CUSTOM = 'custom';

export interface Asked {
  /** Empty means none. */
  readonly prompt: string;
  readonly headless: boolean;
  /** 0: the tool's own limit. */
  readonly maxTurns: number;
  /** It is to ask nobody before it acts. */
  readonly skipPermissions: boolean;
}

/** Argv of a preset. `program` is the path found for it. Throws the three …_UNSUPPORTED. */
export function presetArgv(
  preset: Preset,
  options: Asked & { readonly program: string; readonly places: Places },
): string[] {
  const { prompt, headless, maxTurns, places } = options;
  const shape = headless ? preset.headless : preset.interactive;
  if (!shape) throw headlessUnsupported(preset.name);
  const args = prompt ? shape.withPrompt : shape.withoutPrompt;
  if (!args) {
    const how = headless ? 'without a person' : 'interactively';
    const what = prompt ? 'no prompt' : 'a prompt, and none was given,';
    throw new BerthError('ARGUMENT_INVALID', `preset ${preset.name} takes ${what} when it runs ${how}`);
  }
  const hooks = preset.hooks?.session?.args ?? [];
  const turns = maxTurns > 0 ? turnArgs(preset, headless, maxTurns) : [];
  const freely = options.skipPermissions ? skippingArgs(preset, headless) : [];
  return [
    options.program,
    ...[...hooks, ...freely, ...turns, ...args].map((arg) => fill(arg, preset, options, places)),
  ];
}

/** Argv of a command with placeholders. What it has no place for is an error, not ignored. */
export function customArgv(template: readonly string[], asked: Asked, places: Places): string[] {
  const has = (name: string) => template.some((word) => word.includes(`{${name}}`));
  if (asked.prompt && !has('prompt') && !has('prompt_file')) {
    throw new BerthError('ARGUMENT_INVALID', 'the command has no place for the prompt', {
      hint: 'write {prompt} or {prompt_file} where it belongs',
    });
  }
  if (!asked.prompt && (has('prompt') || has('prompt_file'))) {
    throw new BerthError('ARGUMENT_INVALID', 'the command wants a prompt, and none was given');
  }
  if (asked.maxTurns > 0 !== has('max_turns')) {
    const message = asked.maxTurns
      ? 'the command has no place for the number of turns'
      : 'the command wants a number of turns, and none was given';
    throw new BerthError('MAX_TURNS_UNSUPPORTED', message, {
      hint: 'write {max_turns} where it belongs, and give --max-turns',
    });
  }
  return template.map((word) => fill(word, null, asked, places));
}

/** Files that a session of the preset finds in its tool directory, and what its hooks offer to its environment. */
export function presetOutfit(
  preset: Preset | null,
  { prompt, argv }: { readonly prompt: string; readonly argv: readonly string[] },
  places: Places,
) {
  const files: Record<string, string> = prompt ? { [PROMPT_FILE]: prompt } : {};
  const wiring = preset?.hooks?.session;
  if (!preset || !wiring) return { files, offered: {} };
  const none = { prompt: '', headless: false, maxTurns: 0, skipPermissions: false };
  if (wiring.file) {
    const { name, content } = wiring.file;
    files[name] = content === 'plugin' ? preset.hooks.plugin : settingsWithHooks(preset, places);
  }
  // A command of the caller's own is without the arguments that wire them; installed hooks serve it.
  const wired = wiring.args.every((arg) => argv.includes(fill(arg, preset, none, places)));
  const offered: Record<string, string> = wired ? { BERTH_HOOKED: preset.name } : {};
  for (const [name, value] of Object.entries(wiring.env)) offered[name] = fill(value, preset, none, places);
  return { files, offered };
}

/** A line for a shell. Where there is no session it reads what it is given and does nothing: no tool is left with a broken pipe. */
export function hookCommand(tool: string, how: 'session' | 'installed', script: string): string {
  return `[ ! -d "\${BERTH_STATUS_DIR:-}" ] && cat >/dev/null || sh ${quoted(script)} ${tool} ${how}`;
}

function settingsWithHooks({ name, hooks }: Preset, { hookScript }: Places): string {
  const command = hookCommand(name, 'session', hookScript);
  const wired = (hooks?.events ?? []).map((event) => [event, [{ hooks: [{ type: 'command', command }] }]]);
  return `${JSON.stringify({ hooks: Object.fromEntries(wired) }, null, 2)}\n`;
}

function turnArgs(preset: Preset, headless: boolean, turns: number): readonly string[] {
  const known = preset.maxTurns;
  if (!known) {
    throw new BerthError('MAX_TURNS_UNSUPPORTED', `preset ${preset.name} cannot cap its turns`);
  }
  if (known.headlessOnly && !headless) {
    const message = `preset ${preset.name} caps its turns only when it runs without a person`;
    throw new BerthError('MAX_TURNS_UNSUPPORTED', message, { hint: 'add --headless' });
  }
  if (turns > known.most) {
    throw new BerthError('ARGUMENT_INVALID', `preset ${preset.name} takes at most ${known.most} turns`);
  }
  return known.args;
}

function skippingArgs({ name, skipPermissions }: Preset, headless: boolean): readonly string[] {
  const [args, other] = headless
    ? [skipPermissions.headless, skipPermissions.interactive]
    : [skipPermissions.interactive, skipPermissions.headless];
  if (args) return args;
  const when = other ? ` when it runs ${headless ? 'without a person' : 'interactively'}` : '';
  const message = `preset ${name} cannot be told to skip its permissions${when}`;
  throw new BerthError('SKIP_PERMISSIONS_UNSUPPORTED', message);
}

function headlessUnsupported(name: string): BerthError {
  return new BerthError('HEADLESS_UNSUPPORTED', `preset ${name} cannot run without a person`);
}

/** One pass: what a prompt says is never taken for a placeholder. */
function fill(text: string, preset: Preset | null, asked: Asked, places: Places): string {
  const tool = preset?.name ?? CUSTOM;
  const values: Readonly<Record<string, () => string>> = {
    prompt: () => asked.prompt,
    prompt_file: () => `${places.toolDir}/${PROMPT_FILE}`,
    max_turns: () => String(asked.maxTurns),
    tool_dir: () => places.toolDir,
    hook_command: () => hookCommand(tool, 'session', places.hookScript),
    hook_script: () => quoted(places.hookScript),
    hook_argv: () => JSON.stringify(['sh', places.hookScript, tool, 'session']),
  };
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name]?.() ?? whole) : whole,
  );
}

/** One word for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
