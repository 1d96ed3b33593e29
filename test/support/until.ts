/** Waiting for a condition, with a deadline and the name of what did not come. */

export interface UntilOptions {
  /** For the error: "did not happen within 30000 ms: WHAT". */
  readonly what: string;
  /** Default: 30 s, which ends what hangs also on a machine that has much else to do. */
  readonly deadlineMs?: number;
  /** Between two looks. Default: 25 ms. */
  readonly everyMs?: number;
}

/** A look that has begun may end after the deadline by so much; one that hangs is given up. */
const LAST_LOOK_MS = 30_000;

/** What the promise brings; null where that takes longer. */
export async function within<T>(promise: Promise<T>, deadlineMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The first truthy value of the condition. A condition that throws counts as "not yet"; its last
 * error is the cause of ours. So does one that never answers.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what, deadlineMs = 30_000, everyMs = 25 }: UntilOptions,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + deadlineMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await within(Promise.resolve(condition()), deadline - Date.now() + LAST_LOOK_MS);
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= deadline) throw new Error(`did not happen within ${deadlineMs} ms: ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
