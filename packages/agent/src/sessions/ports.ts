import type { WatchingSnapshot } from '@berth/shared/domain/host-snapshot';
import type { Artifact, GitState } from '@berth/shared/domain/session-details';
import type { Enforcement } from '@berth/shared/domain/session-state';
import type { Screen } from '../domain/typed-text.ts';

/**
 * What the application needs from the outside, declared here by its user; adapters import only
 * types from this file. Every method may reject; a rejection means "cannot tell" or "did not
 * work", never "there is none".
 */

/** Paths that belong to one session; the agent makes the directories (0700) before a launch. */
export interface SessionPaths {
  /** `<state>/sessions/<id>`. */
  readonly directory: string;
  readonly workspace: string;
  /** Files made for the session's tool: its prompt, its settings. */
  readonly toolDir: string;
  readonly statusDir: string;
  readonly outputDir: string;
  /** The transcript file: its byte n is the transcript's byte n. */
  readonly transcript: string;
  /** Written whole by rename when the main process ended: see ExitRecord. */
  readonly exitFile: string;
  /** NUL-separated arguments, program first. */
  readonly argvFile: string;
  /** NUL-separated NAME=VALUE, 0600 on tmpfs; the wrapper reads and removes it. */
  readonly envFile: string;
  /** Socket of the session's own tmux server, in the runtime directory. */
  readonly tmuxSocket: string;
}

/** What the wrapper leaves behind: `<exit code> <ended at, ms since the epoch>[ stopped][ unprepared]\n`. */
export interface ExitRecord {
  readonly exitCode: number;
  readonly endedAt: number;
  /** All of the session was told to end, from outside: by a host that goes down, or an operator. */
  readonly stopped: boolean;
  /** What was to run before its program failed: the exit code is that one's. */
  readonly unprepared: boolean;
}

/** The process tree of a session: a transient systemd unit, or a plain process group. */
export interface Units {
  /** What a new session can count on; of each session it is found out once it runs. */
  readonly enforcement: Enforcement;
  /** Runs argv as the unit's main process. Where the unit lives already, nothing happens. */
  start(unit: UnitSpec): Promise<void>;
  /** `gone`: there is no such unit now. `rebooted`: there was one, before the machine went down. */
  observe(sessionId: string, paths: SessionPaths): Promise<'alive' | 'gone' | 'rebooted'>;
  /** Signals the processes of the session's terminal, wrapper and tmux excepted. */
  signal(sessionId: string, paths: SessionPaths, signal: NodeJS.Signals): Promise<void>;
  /**
   * Stops all processes of the session but those that serve its terminals: tmux, what it runs in each
   * of them at first, and what writes the transcript. Resolves once they stand still. Those that
   * stand still already: nothing happens.
   */
  freeze(sessionId: string, paths: SessionPaths): Promise<void>;
  /** Lets all of them go on. */
  thaw(sessionId: string, paths: SessionPaths): Promise<void>;
  /** All that `freeze` stops stands still. */
  frozen(sessionId: string, paths: SessionPaths): Promise<boolean>;
  /** SIGKILL to everything of the session; resolves once all of it is gone. */
  kill(sessionId: string, paths: SessionPaths): Promise<void>;
  /** All processes of the session now, those that serve its terminals included; none where it is gone. */
  members(sessionId: string, paths: SessionPaths): Promise<readonly number[]>;
  /** `usage` looks at every process of the machine: it is asked for only when somebody wants to know. */
  readonly usageIsDear: boolean;
  /** What the unit uses now and has used; null where that cannot be told (any more). */
  usage(sessionId: string, paths: SessionPaths): Promise<UnitUsage | null>;
  /** Whether a limit of at most `memoryBytes` holds for this process of the unit, as the kernel has it. */
  enforces(sessionId: string, process: { pid: number | null; memoryBytes: number }): Promise<Enforcement>;
}

/** Bytes and milliseconds. */
export interface UnitUsage {
  readonly memoryBytes: number;
  /** Most held at once; null where the kernel does not keep it. */
  readonly peakBytes: number | null;
  readonly cpuMs: number | null;
  /** Processes that the kernel ended for memory. */
  readonly oomKills: number;
  /** What the kernel holds it to now: less than its slot while an editor runs beside it. Null: to nothing. */
  readonly limitBytes: number | null;
}

export interface UnitSpec {
  readonly sessionId: string;
  readonly paths: SessionPaths;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
}

/** The terminals of sessions: one tmux server each, in a unit that Units runs. */
export interface Terminals {
  /** argv and environment of the foreground tmux server that the unit runs. */
  server(paths: SessionPaths): { argv: string[]; env: Record<string, string> };
  /**
   * Waits for the server, then opens the session's terminal: the wrapper in the workspace, its
   * output piped to the transcript from the first byte. Open already: nothing happens. Resolves with
   * the main pane's process; null if it has ended.
   */
  open(spec: TerminalSpec): Promise<number | null>;
  /** Null: no server answers on the socket, or it has no session (yet). */
  observe(paths: SessionPaths): Promise<TerminalObservation | null>;
  /** Types bytes as they are, then keys by tmux's names (checked before anything is typed). */
  type(paths: SessionPaths, input: { data: Uint8Array; keys: readonly string[] }): Promise<void>;
  /** Detaches whoever is attached; resolves with how many that were. */
  detachAll(paths: SessionPaths): Promise<number>;
  /** Plain text of the screen (and scrollback), wrapped lines joined, trailing blank lines cut. */
  capture(paths: SessionPaths, options: { screenOnly: boolean }): Promise<string[]>;
}

/** What the terminals of sessions show now. */
export interface Screens {
  /** The visible screen, cheap enough to look at again and again. */
  look(paths: SessionPaths): Promise<Screen>;
  /** The program reads a line without showing it, as a question for a password does. */
  hidesTyping(paths: SessionPaths): Promise<boolean>;
  notify(paths: SessionPaths, notice: Notice): Promise<void>;
}

/** One line over the session in the client terminal `tty` alone, for so many ms or until a key. */
export interface Notice {
  readonly tty: string;
  readonly text: string;
  readonly ms: number;
}

export interface TerminalSpec {
  readonly paths: SessionPaths;
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalObservation {
  readonly attachedClients: number;
  readonly columns: number;
  readonly rows: number;
  /** The main pane's process has ended. */
  readonly dead: boolean;
  /** The main pane's process; null once it has ended. */
  readonly pid: number | null;
  /** tmux's own word on the end, for when the wrapper left none: exit code, 128+N for signal N. */
  readonly deadStatus: number | null;
}

/** The transcripts. Offsets and sizes in bytes; safe integers. */
export interface Transcripts {
  /** Makes the empty file. */
  create(paths: SessionPaths): Promise<void>;
  /** The transcript holds [start, end). Missing file: 0, 0. Never counts the end marker. */
  extent(paths: SessionPaths): Promise<TranscriptExtent>;
  /**
   * Chunks in order from `offset` (at most 1 MiB each) up to what is there now, the end marker
   * left out. Bytes dropped from the front are skipped: look at the chunk's own offset.
   */
  read(paths: SessionPaths, options: { offset: number; signal: AbortSignal }): AsyncIterable<TranscriptChunk>;
  /**
   * After the wrapper's end: waits until everything printed has arrived (the end marker is there),
   * then cuts the marker off; true if it came. Where something was printed after it, it stays,
   * undelivered, until a call with a timeout of 0, which says that nobody writes any more: that
   * one cuts it out wherever it stands, and nothing is held back from then on.
   */
  finish(paths: SessionPaths, options: { timeoutMs: number }): Promise<boolean>;
  /** For looking through what is printed as it comes; the end marker is not kept back. */
  tap(paths: SessionPaths): TranscriptTap;
  /** Gives the oldest bytes back to the disk where there are more than the cap. */
  trim(paths: SessionPaths): Promise<void>;
  /** Replays it in a terminal emulator: the text that the terminal showed, scrollback first. */
  render(paths: SessionPaths, size: { columns: number; rows: number; lines: number }): Promise<string[]>;
}

/** One transcript, open for reading bytes as they come. Ends with its disposal. */
export interface TranscriptTap extends Disposable {
  /**
   * Fills the buffer from an offset, at once: what was printed lately lies in memory. Returns how many
   * bytes there were; 0 at the end, and where there is no transcript (yet).
   */
  read(offset: number, buffer: Uint8Array): number;
  /** Bytes there are now. */
  size(): number;
}

/** A JSON file in a session's status directory. */
export interface StatusFile {
  readonly name: string;
  readonly bytes: number;
  /** Ms since the epoch, with fractions. */
  readonly modifiedAt: number;
}

/** Where hooks of tools leave their word. */
export interface StatusFiles {
  /** Regular files `*.json` in no order; those that are being written (`.…`) are left out. */
  list(paths: SessionPaths): Promise<readonly StatusFile[]>;
  /** Null where it is no regular file any more: gone, or another thing in its place. */
  text(paths: SessionPaths, name: string): Promise<string | null>;
  remove(paths: SessionPaths, name: string): Promise<void>;
}

/** Where tools keep their conversations themselves, as JSON lines. */
export interface ToolTranscripts {
  /**
   * Whole lines from a byte on, about a MiB of them, and where they end; `end` is `from` where there
   * is nothing new. Null: it is no plain file of the user's.
   */
  lines(
    path: string,
    from: number,
  ): Promise<{ readonly lines: readonly string[]; readonly end: number } | null>;
}

export interface TranscriptExtent {
  readonly start: number;
  readonly end: number;
}

export interface TranscriptChunk {
  readonly offset: number;
  readonly data: Uint8Array;
}

/** Wake-ups for changes in directories; they may come late, twice or for nothing, so re-read. */
export interface Watcher {
  /** Calls back after anything in the directory changed. Falls back to polling where inotify is out. */
  watch(directory: string, onChange: (fileName: string | null) => void): Disposable;
  /**
   * Calls back, some 200 ms later at the earliest, with what changed in a directory or anywhere
   * below it. `ignoring`: what git ignores is left out, and what tools make for themselves.
   */
  tree(
    directory: string,
    options: { readonly ignoring: boolean },
    onChange: (change: TreeChange) => void,
  ): Disposable;
  /** For the operator: what costs it its promptness now. */
  warnings(): readonly string[];
  watching(): WatchingSnapshot;
}

export interface TreeChange {
  /** Of files, relative to the directory; each once. */
  readonly paths: readonly string[];
  /** There may be more: notices were lost, or not all directories are followed. */
  readonly incomplete: boolean;
}

/** What a session hands over: the files in its output directory. */
export interface Artifacts {
  /** Newest first, at most 1000; `more`: there are others. A directory that is gone holds none. */
  list(directory: string): Promise<{ artifacts: readonly Artifact[]; more: boolean }>;
  /** What was told of them before; nothing where that is not known. */
  told(paths: SessionPaths): Promise<readonly Artifact[]>;
  keepTold(paths: SessionPaths, artifacts: readonly Artifact[]): Promise<void>;
}

export interface Git {
  /**
   * State of the repository in a directory; null where there is none, or it cannot be told within
   * two seconds. Nothing that the repository configures is run.
   */
  state(directory: string): Promise<GitState | null>;
}

/** A client terminal on a session (tmux attach in a pty). */
export interface Ptys {
  attach(spec: AttachSpec): AttachedPty;
}

export interface AttachSpec {
  readonly on: TmuxSession;
  readonly columns: number;
  readonly rows: number;
  readonly term: string;
  readonly readOnly: boolean;
  readonly detachOthers: boolean;
}

/** A tmux session by its exact name. */
export interface TmuxSession {
  /** Of the server; null: the user's own. */
  readonly socket: string | null;
  readonly name: string;
}

export interface AttachedPty extends Disposable {
  /** Path of the terminal that tmux draws on: its name for this client. */
  readonly tty: string;
  write(data: Uint8Array): void;
  resize(columns: number, rows: number): void;
  /** Bytes for the client's terminal. Pausing and resuming is the reader's backpressure. */
  onData(listener: (data: Uint8Array) => void): void;
  pause(): void;
  resume(): void;
  /** Called once, after the last data. */
  onEnd(listener: () => void): void;
}
