/** Running scripts on a host, whether it has an agent or not. What the tunnel provides for `berth host`. */

export interface RemoteShell {
  /** Runs a script with the host's sh; resolves with what it printed. Rejects with a BerthError. */
  run(script: string, options?: { timeoutMs?: number }): Promise<string>;
  /**
   * Runs a script with input, and tells its lines as they come. Resolves with its exit code and
   * the end of what it said on standard error. The script goes on if this process ends.
   */
  feed(script: string, options: FeedOptions): Promise<{ code: number; stderr: string }>;
  /**
   * The user's login shell there, on this process's own standard input, output and error; or what it
   * makes of these words. Resolves with the exit code, that of ssh where that failed.
   */
  login(words: readonly string[], options: { terminal: boolean }): Promise<number>;
}

export interface FeedOptions {
  readonly args?: readonly string[];
  /** Chunks of standard input, taken as fast as the host takes them. */
  readonly input?: AsyncIterable<Uint8Array>;
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}
