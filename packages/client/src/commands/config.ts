/** `berth config`: the settings, and with --show-origin where each comes from. */
import { defineCommand } from './command.ts';
export const config = defineCommand({
  usage: '',
  describe: 'The settings that hold here.',
  example: 'berth config --show-origin',
  flags: { 'show-origin': { type: 'boolean', describe: 'also say where each comes from' } },
  async run({ flags }, { settings, console }) {
    const { origins = {}, ...values } = settings as unknown as Record<string, unknown> & {
      origins?: Record<string, string>;
    };
    if (console.json)
      console.out(`${JSON.stringify(flags['show-origin'] ? { values, origins } : { values })}\n`);
    else {
      for (const [key, value] of Object.entries(values)) {
        const origin = flags['show-origin'] ? `  # ${origins[key] ?? 'default'}` : '';
        console.out(
          `${key}: ${value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)}${origin}\n`,
        );
      }
    }
    return 0;
  },
});
