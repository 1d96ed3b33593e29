import type { Preset, ScreenPrompt } from '../domain/presets.ts';

/** The presets of this host, as they are now: a user's own may change at any time. */
export interface PresetCatalog {
  all(): readonly Preset[];
  find(name: string): Preset | undefined;
  /** Known questions on the screen of a preset's tool; none for a name that is not known. */
  prompts(presetName: string): readonly ScreenPrompt[];
  /** One line for each file that could not be taken. */
  warnings(): readonly string[];
}
