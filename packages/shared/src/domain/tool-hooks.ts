/** The hooks of one tool on a host, in its user's own settings. */
export interface ToolHooks {
  /** Name of the preset. */
  readonly tool: string;
  /** It has hooks that Berth knows. */
  readonly supported: boolean;
  readonly installed: boolean;
  /** The tool's settings; empty where hooks cannot be installed in them. */
  readonly file: string;
  /** Events that are wired in that file, by the tool's own names. */
  readonly events: readonly string[];
  readonly note: string;
  /** Sessions under its preset have them without an installation. */
  readonly perSession: boolean;
}
