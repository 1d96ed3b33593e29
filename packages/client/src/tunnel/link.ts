/** The way to a host's agent, once it is open. */
export interface Link {
  /** A Unix socket on this machine that speaks the agent's gRPC. */
  readonly socketPath: string;
  readonly kind: 'local' | 'forward' | 'dial-stdio';
  /** Gives up this way and opens another one: the socket accepts and nothing answers. */
  recycle(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
