/** VS Code on a host, beside a session. */

export type EditorState = 'stopped' | 'starting' | 'ready';

/** Of one session. Times in ms since the epoch, memory in bytes. */
export interface EditorSnapshot {
  readonly state: EditorState;
  /** code-server or openvscode-server, and its version; empty where it never ran. */
  readonly program: string;
  readonly version: string;
  /** Null unless it runs. */
  readonly startedAt: number | null;
  /** When its last connection ended; null while there is one, and where it does not run. */
  readonly idleSince: number | null;
  readonly connections: number;
  readonly memoryBytes: number;
  /** What it opens, absolute. */
  readonly directory: string;
  /** What went wrong last, one line; may be empty. */
  readonly detail: string;
}

/** What a user's editors begin with. */
export interface EditorProfile {
  /** Text of `settings.json` and `keybindings.json`; empty: none. */
  readonly settings: string;
  readonly keybindings: string;
  /** PUBLISHER.NAME, or PUBLISHER.NAME@VERSION. */
  readonly extensions: readonly string[];
  /** Without a connection for this long a new one is stopped, unless asked otherwise; 0: never. */
  readonly idleMs: number;
}

/** What of editors is installed on a host. */
export interface EditorInstallation {
  /** Empty: none is. */
  readonly program: string;
  readonly version: string;
  readonly path: string;
  /** Where `berth host code install` puts it. */
  readonly installDirectory: string;
  /** In the cache that all sessions share, PUBLISHER.NAME@VERSION. */
  readonly extensions: readonly string[];
}

/** Most bytes of each file of a profile. */
export const MAX_PROFILE_BYTES = 1024 * 1024;
/** An editor that nobody is connected to is stopped after this, unless anybody said otherwise. */
export const EDITOR_IDLE_MS = 30 * 60_000;
/** Most that may be said. */
export const MAX_EDITOR_IDLE_MS = 366 * 24 * 3_600_000;

/** PUBLISHER.NAME, or PUBLISHER.NAME@VERSION, as marketplaces have them: nothing that is a path or a flag. */
const EXTENSION = /^[A-Za-z0-9][A-Za-z0-9-]*\.[A-Za-z0-9][A-Za-z0-9_-]*(@[0-9A-Za-z][0-9A-Za-z.+-]*)?$/;

export function isExtensionName(text: string): boolean {
  return text.length <= 200 && EXTENSION.test(text);
}
