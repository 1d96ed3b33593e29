/** Turns what a caller asked for (prompt, preset, argv) into an argv that this host can run. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { PresetSnapshot } from '@berth/shared/domain/host-snapshot';
import { MAX_TURNS } from '@berth/shared/domain/limits';
import {
  type Asked,
  CUSTOM,
  customArgv,
  type Places,
  type Preset,
  presetArgv,
  presetOutfit,
} from '../domain/presets.ts';
import type { SessionSpec } from '../domain/session.ts';
import type { PresetCatalog } from './preset-port.ts';

/** Where programs are looked up: the login environment. */
export interface Programs {
  readonly shell: string;
  find(program: string): Promise<string | null>;
}

export interface WorkAsked extends Asked {
  /** Empty: the first preset whose program is there, unless an argv was given. */
  readonly preset: string;
  /** Run as it is; with the preset `custom` it has placeholders. */
  readonly argv: readonly string[];
}

export interface Work {
  readonly preset: string;
  readonly stopSignal: string;
  readonly headless: boolean;
  readonly skipPermissions: boolean;
  /** Once it is known where the session lies. Throws ARGUMENT_INVALID and the three …_UNSUPPORTED. */
  readonly argv: (toolDir: string) => readonly string[];
}

/** What a session has beside its argv. */
export interface Outfit {
  /** Names and texts of files in the session's tool directory. */
  readonly files: Readonly<Record<string, string>>;
  /** Variables for the session: under those of the login shell, and over them. */
  readonly offered: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

export class PresetRunner {
  readonly #programs: Programs;
  readonly #hostname: string;
  readonly #catalog: PresetCatalog;
  readonly #hookScript: string;

  constructor(options: {
    programs: Programs;
    hostname: string;
    catalog: PresetCatalog;
    hookScript: string;
  }) {
    this.#programs = options.programs;
    this.#hostname = options.hostname;
    this.#catalog = options.catalog;
    this.#hookScript = options.hookScript;
  }

  /** Throws PRESET_UNKNOWN or PRESET_UNAVAILABLE (both list what there is), and what `Work.argv` throws. */
  async resolve(asked: WorkAsked): Promise<Work> {
    if (asked.maxTurns > MAX_TURNS) {
      throw new BerthError('ARGUMENT_INVALID', `a session has at most ${MAX_TURNS} turns`);
    }
    const work = await this.#work(asked);
    // Refused before anything is reserved or written.
    work.argv('');
    return work;
  }

  /** Of a session that was started with this; nothing where its preset is gone. */
  outfit(spec: Pick<SessionSpec, 'preset' | 'prompt' | 'argv'>, toolDir: string): Outfit {
    const preset = this.#catalog.find(spec.preset) ?? null;
    return { ...presetOutfit(preset, spec, this.#places(toolDir)), env: preset?.env ?? {} };
  }

  async snapshots(): Promise<PresetSnapshot[]> {
    return await Promise.all(
      this.#catalog.all().map(async (preset) => {
        const program = await this.#program(preset);
        const { name, description, end, hooks, maxTurns, credentials } = preset;
        return {
          name,
          description,
          available: program !== null,
          program: program ?? '',
          headless: preset.headless !== null,
          maxTurns: maxTurns?.most ?? 0,
          maxTurnsHeadlessOnly: maxTurns?.headlessOnly ?? false,
          hookEvents: hooks?.events ?? [],
          end,
          credentials,
          skipPermissions:
            preset.skipPermissions.interactive !== null || preset.skipPermissions.headless !== null,
        };
      }),
    );
  }

  async #work(asked: WorkAsked): Promise<Work> {
    const { preset: name, argv, prompt, headless, skipPermissions } = asked;
    if (name === CUSTOM) {
      if (argv.length === 0) throw new BerthError('ARGUMENT_INVALID', `preset ${CUSTOM} needs a command`);
      if (skipPermissions) throw skipUnsupported();
      const filled = (toolDir: string) => customArgv(argv, asked, this.#places(toolDir));
      return { preset: CUSTOM, stopSignal: 'TERM', headless, skipPermissions, argv: filled };
    }
    if (name && !this.#catalog.find(name)) {
      throw new BerthError('PRESET_UNKNOWN', `there is no preset ${name}: ${this.#names()}`);
    }
    if (argv.length > 0) {
      refuseForArgv(asked);
      return { preset: name, stopSignal: 'TERM', headless, skipPermissions, argv: () => argv };
    }
    const preset = this.#catalog.find(name) ?? (await this.#firstAvailable());
    const program = await this.#program(preset);
    if (!program) {
      throw new BerthError(
        'PRESET_UNAVAILABLE',
        `cannot run preset ${preset.name} on ${this.#hostname}: ${preset.program} is not on the PATH of the login shell`,
      );
    }
    return {
      preset: preset.name,
      stopSignal: preset.stopSignal[prompt ? 'withPrompt' : 'withoutPrompt'],
      headless,
      skipPermissions,
      argv: (toolDir) => presetArgv(preset, { ...asked, program, places: this.#places(toolDir) }),
    };
  }

  #places(toolDir: string): Places {
    return { toolDir, hookScript: this.#hookScript };
  }

  async #firstAvailable(): Promise<Preset> {
    for (const preset of this.#catalog.all().filter(({ candidate }) => candidate)) {
      if (await this.#program(preset)) return preset;
    }
    throw new BerthError(
      'PRESET_UNAVAILABLE',
      `no known tool is on the PATH of ${this.#hostname} to give the prompt to: ${this.#names()}`,
      { hint: 'name one with --preset, or run any command without a tool: berth start -- echo hello' },
    );
  }

  async #program(preset: Preset): Promise<string | null> {
    return preset.program === null ? this.#programs.shell : await this.#programs.find(preset.program);
  }

  #names(): string {
    const known = this.#catalog.all().map(({ name }) => name);
    return `presets are ${[...known, CUSTOM].join(', ')}`;
  }
}

/** A command of the caller's own runs exactly as it was given. */
function refuseForArgv({ headless, maxTurns, skipPermissions }: WorkAsked): void {
  if (skipPermissions) throw skipUnsupported();
  if (maxTurns > 0) {
    throw new BerthError('MAX_TURNS_UNSUPPORTED', 'a command runs as it is given: it has no turns to cap');
  }
  if (headless) {
    throw new BerthError(
      'HEADLESS_UNSUPPORTED',
      'a command runs as it is given: only a preset knows how to do without a person',
    );
  }
}

function skipUnsupported(): BerthError {
  return new BerthError(
    'SKIP_PERMISSIONS_UNSUPPORTED',
    'a command runs as it is given: only a preset knows how to skip permissions',
  );
}
