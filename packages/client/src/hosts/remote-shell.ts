/** Running scripts on a host, whether it has an agent or not. What the tunnel provides for `berth host`. */

export interface RemoteShell {
  /** Runs a script with the host's sh; resolves with what it printed. Rejects with a BerthError. */
  run(script: string, options?: { timeoutMs?: number }): Promise<string>;
  /**
   * Runs a script with input, and tells its lines as they come. Resolves with its exit code and
   * the end of what it said on standard error. The script goes on if this process ends.
   */
  feed(script: string, options: FeedOptions): Promise<{ code: number; stderr: string }>;
}

export interface FeedOptions {
  readonly args?: readonly string[];
  /** Chunks of standard input, taken as fast as the host takes them. */
  readonly input?: AsyncIterable<Uint8Array>;
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}
