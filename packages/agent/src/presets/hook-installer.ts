/**
 * Hooks into the users' own settings of their tools, and out again. What was there before is kept
 * beside what came of it: a file that nobody changed since goes back byte by byte.
 */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { ToolHooks } from '@berth/shared/domain/tool-hooks';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { type HookInstall, hookCommand, type Preset } from '../domain/presets.ts';
import type { HookInstaller } from '../sessions/hooks-port.ts';
import type { PresetCatalog } from '../sessions/preset-port.ts';
import { readSettings, removeSettings, writeSettings } from './settings-file.ts';
import { type HookWiring, SettingsFault, type SettingsFormat } from './settings-format.ts';
import { settingsJson } from './settings-json.ts';
import { settingsPlugin } from './settings-plugin.ts';
import { settingsToml } from './settings-toml.ts';

const FORMATS: Readonly<Record<HookInstall['format'], SettingsFormat>> = {
  'hooks-json': settingsJson,
  'notify-toml': settingsToml,
  plugin: settingsPlugin,
};

/** What was there before an installation. */
interface Backup {
  readonly file: string;
  /** Null: there was no file. */
  readonly before: string | null;
  /** SHA-256 of what the installation left. */
  readonly after: string;
}

export function createHookInstaller(options: {
  catalog: PresetCatalog;
  hookScript: string;
  home: string;
  /** Of the login shell: tools' settings may lie elsewhere. */
  environment: () => Promise<Readonly<Record<string, string>>>;
  /** For backups. */
  directory: string;
}): HookInstaller {
  const { catalog, hookScript, home, directory } = options;

  function presetOf(tool: string): Preset {
    const preset = catalog.find(tool);
    if (preset) return preset;
    const names = catalog.all().map(({ name }) => name);
    throw new BerthError('PRESET_UNKNOWN', `there is no preset ${tool}: presets are ${names.join(', ')}`);
  }

  async function fileOf(install: HookInstall): Promise<string> {
    const env = await options.environment();
    const moved = install.directoryEnv ? env[install.directoryEnv] : undefined;
    const config = env.XDG_CONFIG_HOME || path.join(home, '.config');
    const usual = install.directory.replace(/^~\/\.config(?=\/)/, config).replace(/^~(?=\/)/, home);
    return path.join(moved || usual, install.file);
  }

  function wiringOf({ name, hooks }: Preset): HookWiring {
    return {
      events: hooks?.events ?? [],
      command: hookCommand(name, 'installed', hookScript),
      argv: ['sh', hookScript, name, 'installed'],
      plugin: hooks?.plugin ?? '',
    };
  }

  async function look(preset: Preset): Promise<ToolHooks> {
    const { name, hooks } = preset;
    const install = hooks?.install ?? null;
    const about = { tool: name, supported: hooks !== null, perSession: hooks?.session != null };
    if (!install) {
      return { ...about, installed: false, file: '', events: [], note: '' };
    }
    const file = await fileOf(install);
    try {
      const text = readSettings(file) ?? '';
      const events = FORMATS[install.format].wired(text, wiringOf(preset));
      return { ...about, installed: events.length > 0, file, events, note: install.note };
    } catch (error) {
      const where = error instanceof SettingsFault ? `line ${error.line}: ` : '';
      const note = `cannot be read: ${where}${messageOf(error)}`;
      return { ...about, installed: false, file, events: [], note };
    }
  }

  /** Throws HOOKS_UNSUPPORTED, SETTINGS_INVALID. */
  async function change(
    tool: string,
    edit: (format: SettingsFormat, text: string, wiring: HookWiring) => string,
  ) {
    const preset = presetOf(tool);
    const install = preset.hooks?.install;
    if (!install) throw unsupported(preset);
    const file = await fileOf(install);
    let before: string | null = null;
    let after: string;
    try {
      before = readSettings(file);
      after = edit(FORMATS[install.format], before ?? '', wiringOf(preset));
    } catch (error) {
      const where = error instanceof SettingsFault ? `${file}:${error.line}` : file;
      throw new BerthError(
        'SETTINGS_INVALID',
        `cannot change the hooks of ${tool}: ${where}: ${messageOf(error)}`,
        {
          values: { file },
          cause: error,
        },
      );
    }
    return { preset, file, before, after, changed: after !== (before ?? '') };
  }

  const backupFile = (tool: string) => path.join(directory, `${tool}.json`);

  function backupOf(tool: string, file: string): Backup | null {
    try {
      const backup = JSON.parse(readFileSync(backupFile(tool), 'utf8')) as Backup;
      return backup.file === file ? backup : null;
    } catch {
      // None, or one that a power cut broke: the settings are edited instead.
      return null;
    }
  }

  function keepBackup(tool: string, backup: Backup): void {
    makeDirectory(directory);
    writeFileSync(backupFile(tool), JSON.stringify(backup), { mode: 0o600 });
  }

  return {
    async show(tool) {
      const presets = tool ? [presetOf(tool)] : catalog.all().filter(({ hooks }) => hooks !== null);
      return await Promise.all(presets.map(look));
    },
    async install(tool) {
      const { preset, file, before, after, changed } = await change(tool, (format, text, wiring) =>
        format.add(text, wiring),
      );
      if (changed) {
        // Brought up to date on top of an earlier installation: what was there before that is what counts.
        const first = backupOf(tool, file);
        const untouched = first !== null && first.after === hash(before ?? '');
        keepBackup(tool, { file, before: untouched ? first.before : before, after: hash(after) });
        writeSettings(file, after);
      }
      return { hooks: await look(preset), changed };
    },
    async remove(tool) {
      const { preset, file, before, after, changed } = await change(tool, (format, text) =>
        format.remove(text),
      );
      if (changed && before !== null) {
        const backup = backupOf(tool, file);
        const restored = backup?.after === hash(before) ? backup.before : after;
        if (restored === null || restored === '') removeSettings(file);
        else writeSettings(file, restored);
      }
      rmSync(backupFile(tool), { force: true });
      return { hooks: await look(preset), changed };
    },
  };
}

function unsupported({ name, hooks }: Preset): BerthError {
  if (!hooks) return new BerthError('HOOKS_UNSUPPORTED', `preset ${name} has no hooks`);
  return new BerthError('HOOKS_UNSUPPORTED', `the hooks of ${name} cannot be installed in its own settings`, {
    hint: `nothing to do: sessions under the preset have them: berth start --preset ${name}`,
  });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
