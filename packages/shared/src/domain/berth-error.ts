import { REASONS, type Reason } from './reasons.ts';

/** Facts about an error that programs may read. Never a secret. */
export type ErrorValues = Readonly<Record<string, string>>;

/**
 * The one error of both programs. `message` says what failed and why, in one line; the table of
 * reasons gives it a gRPC status, an exit code and a hint.
 */
export class BerthError extends Error {
  override readonly name = 'BerthError';
  readonly reason: Reason;
  readonly values: ErrorValues;
  readonly hint: string;

  constructor(
    reason: Reason,
    message: string,
    options: { values?: ErrorValues; hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.values = options.values ?? {};
    this.hint = options.hint ?? REASONS[reason].hint;
  }

  get exitCode(): number {
    return REASONS[this.reason].exit;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
