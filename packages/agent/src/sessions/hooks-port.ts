import type { ToolHooks } from '@berth/shared/domain/tool-hooks';

/** Every method may throw PRESET_UNKNOWN and SETTINGS_INVALID; the changing ones HOOKS_UNSUPPORTED, too. */
export interface HookInstaller {
  /** Empty: all tools that have hooks. A settings file that cannot be read is told in the note. */
  show(tool: string): Promise<ToolHooks[]>;
  install(tool: string): Promise<{ hooks: ToolHooks; changed: boolean }>;
  remove(tool: string): Promise<{ hooks: ToolHooks; changed: boolean }>;
}
