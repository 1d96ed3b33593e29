/** The presets that come with Berth, in the order in which one is looked for. */
import aider from '../../presets/aider.yaml';
import claude from '../../presets/claude.yaml';
import codex from '../../presets/codex.yaml';
import gemini from '../../presets/gemini.yaml';
import opencode from '../../presets/opencode.yaml';
import shell from '../../presets/shell.yaml';

export const SHIPPED: Readonly<Record<string, string>> = { claude, codex, gemini, aider, opencode, shell };
