/** What a preset file says -> a preset, with the defaults for what it leaves out. */
import { MAX_TURNS } from '@berth/shared/domain/limits';
import type { Preset } from '../domain/presets.ts';
import type { PresetFile } from './schema.ts';

export function toPreset(name: string, file: PresetFile): Preset {
  const TERM = { with_prompt: 'TERM', without_prompt: 'TERM' };
  const stop = file.stop_signal ?? TERM;
  const shapeOf = (given: NonNullable<PresetFile['interactive']>) => ({
    withPrompt: given.with_prompt ?? null,
    withoutPrompt: given.without_prompt ?? null,
  });
  return {
    name,
    description: file.description,
    program: file.program ?? null,
    candidate: file.candidate ?? false,
    interactive: shapeOf(file.interactive ?? {}),
    headless: file.headless ? shapeOf(file.headless) : null,
    maxTurns: file.max_turns
      ? {
          args: file.max_turns.args,
          headlessOnly: file.max_turns.headless_only ?? false,
          most: file.max_turns.most ?? MAX_TURNS,
        }
      : null,
    skipPermissions: {
      interactive: file.skip_permissions?.interactive ?? null,
      headless: file.skip_permissions?.headless ?? null,
    },
    env: file.env ?? {},
    credentials: file.credentials ?? [],
    hooks: file.hooks ? hooksOf(file.hooks) : null,
    stopSignal: { withPrompt: stop.with_prompt, withoutPrompt: stop.without_prompt },
    prompts: (file.prompts ?? []).map(({ pattern, ...rest }) => ({
      ...rest,
      pattern: new RegExp(pattern, 'm'),
    })),
    end: file.end ?? 'screen',
  };
}

function hooksOf(given: NonNullable<PresetFile['hooks']>): NonNullable<Preset['hooks']> {
  const { session, install } = given;
  return {
    events: given.events,
    plugin: given.plugin ?? '',
    session: session
      ? { file: session.file ?? null, args: session.args ?? [], env: session.env ?? {} }
      : null,
    install: install
      ? {
          directory: install.directory,
          directoryEnv: install.directory_env ?? null,
          file: install.file,
          format: install.format,
          note: install.note ?? '',
        }
      : null,
  };
}
