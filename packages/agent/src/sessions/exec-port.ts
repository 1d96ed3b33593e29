import type { SessionPaths } from './ports.ts';

/** Commands that run beside a session, in its unit. */
export interface Execs {
  /**
   * Resolves once it has begun; whether its program was found its exit code tells (127). Rejects with
   * FILE_NOT_FOUND, and with EXEC_FAILED where the session's terminal cannot run it.
   */
  start(spec: ExecSpec): Promise<RunningExec>;
}

export interface ExecSpec {
  readonly sessionId: string;
  readonly paths: SessionPaths;
  /** Program first. */
  readonly argv: readonly string[];
  /** All of it: nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute, and there. */
  readonly directory: string;
  /** Null: none; output and errors are told apart then. */
  readonly terminal: { readonly columns: number; readonly rows: number } | null;
}

export type OutputKind = 'stdout' | 'stderr';

/** Disposing it ends what still runs of it, and resolves once that is gone. */
export interface RunningExec extends AsyncDisposable {
  /** Output from now on; nothing is read before. */
  onOutput(listener: (kind: OutputKind, data: Uint8Array) => void): void;
  /** The reader's backpressure. */
  pause(): void;
  resume(): void;
  /** Resolves once it takes more; also where it reads no more. */
  write(data: Uint8Array): Promise<void>;
  endInput(): void;
  resize(columns: number, rows: number): void;
  /** To all that it started. */
  signal(signal: NodeJS.Signals): void;
  /**
   * Its exit code, 128+N for signal N, after the last of its output; what it left in the background
   * is not waited for. Null where nobody can tell: it was killed together with its session.
   */
  readonly ended: Promise<number | null>;
}

/** A pseudo-terminal that a command opens by its path. */
export interface OpenPty extends Disposable {
  readonly tty: string;
  /** The command has it open now: from here on its end is noticed. */
  handedOver(): void;
  onData(listener: (data: Uint8Array) => void): void;
  pause(): void;
  resume(): void;
  write(data: Uint8Array): Promise<void>;
  resize(columns: number, rows: number): void;
  /** Resolves when nobody has it open any more, and all output was told. */
  readonly closed: Promise<void>;
}

/** What runs on this host now. */
export interface ProcessTable {
  /** What `root` started, or has `mark` (NAME=VALUE) in the environment it was started with. */
  startedBy(root: number, mark: string): readonly number[];
  /** Directly. */
  childrenOf(pid: number): readonly number[];
  /** As it was started; empty where that cannot be told. */
  environmentOf(pid: number): Readonly<Record<string, string>>;
  /** Tells a process from a later one with the same number; null where there is none. */
  startOf(pid: number): string | null;
}
