/** `berth config`: the settings, and with --show-origin where each comes from. */
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';

export const config = defineCommand({
  usage: '',
  describe: 'The settings that hold here.',
  example: 'berth config --show-origin',
  flags: { 'show-origin': { type: 'boolean', describe: 'also say where each comes from' } },
  most: 0,
  async run({ flags }, { settings: { texts, origins }, console }) {
    if (console.json) {
      console.out(`${toJson(flags['show-origin'] ? { values: texts, origins } : { values: texts })}\n`);
      return 0;
    }
    for (const [key, value] of Object.entries(texts)) {
      const origin = flags['show-origin'] ? `  # ${origins[key as keyof typeof origins]}` : '';
      console.out(`${key}: ${value}${origin}\n`);
    }
    return 0;
  },
});
