/** The presets that come with Berth, read and checked by the build, in the order in which one is looked for. */
import aider from '../../presets/aider.yaml';
import claude from '../../presets/claude.yaml';
import codex from '../../presets/codex.yaml';
import gemini from '../../presets/gemini.yaml';
import opencode from '../../presets/opencode.yaml';
import shell from '../../presets/shell.yaml';
import type { PresetFile } from './schema.ts';

export const SHIPPED: Readonly<Record<string, PresetFile>> = {
  claude,
  codex,
  gemini,
  aider,
  opencode,
  shell,
};
