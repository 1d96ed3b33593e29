/** Presets: how to run a known tool. Data, and pure functions over it. */

export interface Preset {
  readonly name: string;
  readonly description: string;
  /** Program looked up on the PATH of the login shell; null: the login shell itself. */
  readonly program: string | null;
  /** Taken where no preset was named, in the order of the list. */
  readonly candidate: boolean;
  /** Arguments; PROMPT stands for the prompt, as one argument of its own. */
  readonly withPrompt: readonly string[];
  readonly withoutPrompt: readonly string[];
  /** The signal that asks it to end, with a prompt and without. An interactive shell ignores TERM. */
  readonly stopSignal: { readonly withPrompt: string; readonly withoutPrompt: string };
}

const PROMPT = Symbol('prompt').toString();
const TERM = { withPrompt: 'TERM', withoutPrompt: 'TERM' };

export const PRESETS: readonly Preset[] = [
  {
    name: 'claude',
    description: 'Claude Code, interactive, beginning with the prompt',
    program: 'claude',
    candidate: true,
    // After `--`, so that a prompt that begins with a dash is no option.
    withPrompt: ['--', PROMPT],
    withoutPrompt: [],
    stopSignal: TERM,
  },
  {
    name: 'shell',
    description: 'the login shell: runs the prompt as a command line, or stays interactive without one',
    program: null,
    candidate: false,
    withPrompt: ['-l', '-c', PROMPT],
    withoutPrompt: ['-l'],
    stopSignal: { withPrompt: 'TERM', withoutPrompt: 'HUP' },
  },
];

export function findPreset(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name);
}

/** argv of a preset. `program` is the path that was found for it. An empty prompt means none. */
export function presetCommand(
  preset: Preset,
  options: { program: string; prompt: string },
): { argv: string[]; stopSignal: string } {
  const shape = options.prompt ? preset.withPrompt : preset.withoutPrompt;
  const argv = [options.program, ...shape.map((part) => (part === PROMPT ? options.prompt : part))];
  return { argv, stopSignal: preset.stopSignal[options.prompt ? 'withPrompt' : 'withoutPrompt'] };
}
