/** Turns what a caller asked for (prompt, preset, argv) into an argv that this host can run. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { PresetSnapshot } from '@berth/shared/domain/host-snapshot';
import { findPreset, PRESETS, type Preset, presetCommand } from '../domain/presets.ts';

/** Where programs are looked up: the login environment. */
export interface Programs {
  readonly shell: string;
  find(program: string): Promise<string | null>;
}

export interface Work {
  readonly argv: readonly string[];
  readonly preset: string;
  readonly stopSignal: string;
}

export class PresetRunner {
  readonly #programs: Programs;
  readonly #hostname: string;

  constructor(options: { programs: Programs; hostname: string }) {
    this.#programs = options.programs;
    this.#hostname = options.hostname;
  }

  /** Throws PRESET_UNKNOWN or PRESET_UNAVAILABLE; both list what there is. */
  async resolve(asked: { prompt: string; preset: string; argv: readonly string[] }): Promise<Work> {
    const { prompt, argv } = asked;
    if (asked.preset && !findPreset(asked.preset)) {
      throw new BerthError('PRESET_UNKNOWN', `there is no preset ${asked.preset}: ${names()}`);
    }
    if (argv.length > 0) return { argv, preset: asked.preset, stopSignal: 'TERM' };
    const preset = findPreset(asked.preset) ?? (await this.#firstAvailable());
    const program = await this.#program(preset);
    if (!program) {
      throw new BerthError(
        'PRESET_UNAVAILABLE',
        `cannot run preset ${preset.name} on ${this.#hostname}: ${preset.program} is not on the PATH of the login shell`,
      );
    }
    return { ...presetCommand(preset, { program, prompt }), preset: preset.name };
  }

  async snapshots(): Promise<PresetSnapshot[]> {
    return await Promise.all(
      PRESETS.map(async (preset) => {
        const program = await this.#program(preset);
        const { name, description } = preset;
        return { name, description, available: program !== null, program: program ?? '' };
      }),
    );
  }

  async #firstAvailable(): Promise<Preset> {
    for (const preset of PRESETS.filter(({ candidate }) => candidate)) {
      if (await this.#program(preset)) return preset;
    }
    throw new BerthError(
      'PRESET_UNAVAILABLE',
      `no known tool is on the PATH of ${this.#hostname} to give the prompt to: ${names()}`,
      { hint: 'name one with --preset, or run any command without a tool: berth start -- echo hello' },
    );
  }

  async #program(preset: Preset): Promise<string | null> {
    return preset.program === null ? this.#programs.shell : await this.#programs.find(preset.program);
  }
}

function names(): string {
  return `presets are ${PRESETS.map(({ name }) => name).join(', ')}`;
}
