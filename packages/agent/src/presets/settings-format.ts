/** A tool's settings as text: what hooks of Berth are in it, and how they come in and go again. */

/** The text is not what the tool would take: nothing may be changed. */
export class SettingsFault extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

export interface HookWiring {
  /** By the tool's own names. */
  readonly events: readonly string[];
  /** What its hooks call: a line for a shell, and the same as an argv that gets the payload last. */
  readonly command: string;
  readonly argv: readonly string[];
  /** Text of a plugin. */
  readonly plugin: string;
}

/** Pure; each throws SettingsFault. An empty text is a file that is not there. */
export interface SettingsFormat {
  /** Events that are wired, of those that could be. */
  wired(text: string, wiring: HookWiring): string[];
  /** Wires all events; those wired before are brought up to date. What else is there stays as it is written. */
  add(text: string, wiring: HookWiring): string;
  /** Without any hook of Berth's. Empty: nothing is left, and the file can go. */
  remove(text: string): string;
}

/** What is Berth's in somebody else's settings: it calls this script. */
export const HOOK_MARK = '/berth-hook.sh';

export function lineOfOffset(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
