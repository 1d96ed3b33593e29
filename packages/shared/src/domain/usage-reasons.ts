/** The reasons of errors that are the caller's: wrong usage or configuration, exit 2. */
import { EXIT } from './exit-codes.ts';
import { CODE } from './rpc-codes.ts';

export interface ReasonEntry {
  /** Number of a google.rpc.Code. */
  readonly grpc: number;
  /** Exit code of `berth`: see exit-codes.ts. */
  readonly exit: number;
  readonly hint: string;
}

export const USAGE_REASONS = {
  USAGE: { grpc: CODE.invalidArgument, exit: EXIT.usage, hint: 'see berth --help' },
  CONFIG_INVALID: {
    grpc: CODE.invalidArgument,
    exit: EXIT.usage,
    hint: 'mend the file and run the command again',
  },
  ARGUMENT_INVALID: { grpc: CODE.invalidArgument, exit: EXIT.usage, hint: 'see berth COMMAND --help' },
  NAME_INVALID: {
    grpc: CODE.invalidArgument,
    exit: EXIT.usage,
    hint: 'use letters, digits, dots, dashes and underscores',
  },
  MEMORY_INVALID: {
    grpc: CODE.invalidArgument,
    exit: EXIT.usage,
    hint: 'write an amount such as 512M, 8G or 1.5T',
  },
  PROMPT_TOO_LARGE: {
    grpc: CODE.invalidArgument,
    exit: EXIT.usage,
    hint: 'put the long part into a file that the session can read, and name the file in the prompt',
  },
  PRESET_UNKNOWN: {
    grpc: CODE.invalidArgument,
    exit: EXIT.usage,
    hint: 'see berth host show HOST for the presets',
  },
  MAX_TURNS_UNSUPPORTED: {
    grpc: CODE.invalidArgument,
    exit: EXIT.usage,
    hint: 'leave out --max-turns, or use --timeout, which holds for every tool',
  },
  HEADLESS_UNSUPPORTED: {
    grpc: CODE.invalidArgument,
    exit: EXIT.usage,
    hint: 'leave out --headless, or name a preset that knows it: see berth host show HOST',
  },
  SKIP_PERMISSIONS_UNSUPPORTED: {
    grpc: CODE.invalidArgument,
    exit: EXIT.usage,
    hint: 'leave out --skip-permissions, or name a preset that knows it: see berth host show HOST',
  },
  HOOKS_UNSUPPORTED: {
    grpc: CODE.invalidArgument,
    exit: EXIT.usage,
    hint: 'see docs/attention.md for ways that work with any tool',
  },
  SETTINGS_INVALID: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.usage,
    hint: 'mend the file on the host and run the command again',
  },
  TOOL_MISSING: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.usage,
    hint: 'install it and run the command again',
  },
  SOURCE_INVALID: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.usage,
    hint: 'see docs/workspace.md for what a session can begin with',
  },
  SOCKET_PATH_TOO_LONG: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.usage,
    hint: 'set XDG_RUNTIME_DIR to a shorter directory',
  },
} as const satisfies Record<string, ReasonEntry>;
