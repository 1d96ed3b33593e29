/** A TCP port of a host on which processes of one session listen. */
export interface ListeningPort {
  readonly port: number;
  /** Addresses it is bound to, as text: 127.0.0.1, ::1, 0.0.0.0, ::, another. */
  readonly addresses: readonly string[];
  /** Name of the program and its process; empty and 0 where that cannot be told. */
  readonly program: string;
  readonly pid: number;
}
