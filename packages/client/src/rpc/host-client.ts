/**
 * The agent of one host as the client's commands see it: domain types only, no gRPC. Every
 * rejection is a BerthError. Calls that fail because the link broke are retried by the
 * implementation (mutating ones under their request id), within the deadline.
 */

import type { Verdict } from '@berth/shared/domain/attention';
import type { EditorInstallation, EditorProfile, EditorSnapshot } from '@berth/shared/domain/editor';
import type { Fact, HostEvent } from '@berth/shared/domain/event';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import type { ListeningPort } from '@berth/shared/domain/listening-port';
import type { SessionDetails } from '@berth/shared/domain/session-details';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { ToolHooks } from '@berth/shared/domain/tool-hooks';
import type { DiskReport, DiskUse, WorkspaceState } from '@berth/shared/domain/workspace-source';
import type { ByteStream } from './byte-stream.ts';
import type { KillOutcome, KillSession, ReserveSession, StartSession } from './session-orders.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Over all retries. Default: the configured call timeout. */
  readonly deadlineMs?: number;
}

export interface HostClient extends AsyncDisposable {
  /** The name the user knows the host by. */
  readonly name: string;
  getHost(options?: CallOptions): Promise<HostSnapshot>;
  /** Whether the host takes new sessions. */
  drain(request: { requestId: string; draining: boolean }, options?: CallOptions): Promise<HostSnapshot>;
  /**
   * All sessions but expired reservations, newest first, those of others' tools, and the newest event
   * that the answer has in it.
   */
  listAll(options?: CallOptions): Promise<Listing>;
  getSession(session: string, options?: CallOptions): Promise<SessionSnapshot>;
  /** One session with what is looked up only for it. */
  getDetails(
    session: string,
    options?: CallOptions,
  ): Promise<{ session: SessionSnapshot; details: SessionDetails }>;
  /** Renames a session that lives (null: as it is), or changes its tags. */
  update(request: UpdateSession, options?: CallOptions): Promise<SessionSnapshot>;
  /** One stream, not resumed: the caller reconnects after its last number. The first message is `opened`. */
  watch(request: WatchEvents, options?: CallOptions): AsyncIterable<WatchMessage>;
  acknowledge(
    request: { requestId: string; session: string },
    options?: CallOptions,
  ): Promise<{ session: SessionSnapshot; cleared: boolean }>;
  /** `until` in ms since the epoch; in the past: ends it. */
  snooze(
    request: { requestId: string; session: string; until: number },
    options?: CallOptions,
  ): Promise<SessionSnapshot>;
  explain(session: string, options?: CallOptions): Promise<{ session: SessionSnapshot; verdicts: Verdict[] }>;
  /** Hooks of one tool in its user's own settings; empty: of all that have some. */
  showHooks(tool: string, options?: CallOptions): Promise<ToolHooks[]>;
  installHooks(request: ChangeHooks, options?: CallOptions): Promise<HooksChanged>;
  removeHooks(request: ChangeHooks, options?: CallOptions): Promise<HooksChanged>;
  reserve(request: ReserveSession, options?: CallOptions): Promise<SessionSnapshot>;
  release(request: { requestId: string; session: string }, options?: CallOptions): Promise<SessionSnapshot>;
  /** Holds a reserved slot for so long from now. */
  extend(
    request: { requestId: string; session: string; ttlMs: number },
    options?: CallOptions,
  ): Promise<SessionSnapshot>;
  /** Asked before a Start with a source: an agent from before sources would leave it out without a word. */
  confirmSources(options?: CallOptions): Promise<void>;
  start(request: StartSession, options?: CallOptions): Promise<SessionSnapshot>;
  /** Resolves when all its processes stand still. */
  suspend(request: { requestId: string; session: string }, options?: CallOptions): Promise<SessionSnapshot>;
  resume(request: { requestId: string; session: string }, options?: CallOptions): Promise<SessionSnapshot>;
  /** Removes an ended session for good; tells what was freed. */
  remove(request: { requestId: string; session: string }, options?: CallOptions): Promise<DiskUse>;
  /** Of these ids; of all sessions where there are none. */
  measureDisk(sessions: readonly string[], options?: CallOptions): Promise<DiskReport>;
  /** Resolves with how many terminals were detached. */
  detachClients(request: { requestId: string; session: string }, options?: CallOptions): Promise<number>;
  /** Commits nothing but for itself: see SnapshotResponse in workspace.proto. */
  snapshotWorkspace(session: string, options?: CallOptions): Promise<WorkspaceState>;
  /** git-receive-pack in a repository's object cache; not resumed. */
  push(
    open: { repository: string; upload: string; shallow: boolean },
    signal: AbortSignal,
  ): Promise<ByteStream>;
  /** git-upload-pack in a session's repository; not resumed. */
  pull(open: { session: string; protocol: string }, signal: AbortSignal): Promise<ByteStream>;
  /** A tar archive of files on the host; not resumed. */
  download(
    request: { session: string; paths: readonly string[] },
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  /** Unpacks a tar archive on the host. */
  upload(
    open: { session: string; directory: string },
    archive: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void>;
  /** A command beside the session; ends with the signal. */
  exec(open: ExecOpen, signal: AbortSignal): ExecStream;
  /** What the session listens on, by number. */
  listPorts(session: string, options?: CallOptions): Promise<readonly ListeningPort[]>;
  /** Resolves once it takes connections: `dial` makes them. */
  openEditor(request: OpenEditor, options?: CallOptions): Promise<EditorSnapshot>;
  stopEditor(request: { requestId: string; session: string }, options?: CallOptions): Promise<EditorSnapshot>;
  getEditor(session: string, options?: CallOptions): Promise<EditorSnapshot>;
  /** What of editors the host has. */
  getInstallation(options?: CallOptions): Promise<EditorInstallation>;
  /** One connection; ends with the signal. */
  dial(open: DialOpen, signal: AbortSignal): DialStream;
  /** Resolves when the session has ended. */
  kill(request: KillSession, options?: CallOptions): Promise<KillOutcome>;
  captureScreen(
    request: { session: string; lines: number; screenOnly: boolean },
    options?: CallOptions,
  ): Promise<{ lines: string[]; session: SessionSnapshot; transcriptOffset: number }>;
  /** One stream, not resumed: the caller reconnects at its offset (see follow.ts). */
  readOutput(request: ReadOutput, options?: CallOptions): AsyncIterable<OutputChunk>;
  /**
   * `taken` is null unless `verify` was set: whether the screen showed that the text arrived. Where it
   * did not, `keysWithheld` says that the keys were left out.
   */
  sendInput(
    request: { requestId: string; session: string; data: Uint8Array; keys: string[]; verify?: boolean },
    options?: CallOptions,
  ): Promise<{ session: SessionSnapshot; taken: boolean | null; keysWithheld: boolean }>;
  /** One stream, not resumed: see terminal/attach.ts. */
  attach(open: AttachOpen, signal: AbortSignal): AttachStream;
}

export interface ExecOpen {
  readonly session: string;
  /** Empty: the user's login shell. */
  readonly argv: readonly string[];
  /** Null: none; standard output and error are told apart then. */
  readonly terminal: { readonly columns: number; readonly rows: number; readonly term: string } | null;
  readonly env: Readonly<Record<string, string>>;
  /** Relative to the workspace, or absolute; empty: the workspace. */
  readonly directory: string;
}

export type ExecMessage =
  | { readonly kind: 'opened'; readonly session: SessionSnapshot }
  | { readonly kind: 'stdout' | 'stderr'; readonly data: Uint8Array }
  | { readonly kind: 'ended'; readonly exitCode: number };

export interface ExecStream {
  readonly messages: AsyncIterable<ExecMessage>;
  /** Resolves once more may be written. */
  write(data: Uint8Array): Promise<void>;
  endInput(): void;
  resize(columns: number, rows: number): void;
  /** Without SIG. */
  signal(name: string): void;
}

/** `anyProcess`: also where it is not a process of the session that listens. */
export type DialOpen = { readonly session: string } & (
  | { readonly port: number; readonly anyProcess: boolean }
  | { readonly editor: true }
);

export interface OpenEditor {
  readonly requestId: string;
  readonly session: string;
  /** What an editor that is new to the session begins with. */
  readonly profile: EditorProfile;
  /** Null: as the agent has it; 0: never. */
  readonly idleMs: number | null;
}

export type DialMessage =
  | { readonly kind: 'opened' }
  | { readonly kind: 'data'; readonly data: Uint8Array }
  /** The other side sends nothing more; it may still read. */
  | { readonly kind: 'end' };

/** The call opens once `messages` are taken, and ends with them. */
export interface DialStream {
  readonly messages: AsyncIterable<DialMessage>;
  /** Resolves once more may be written. */
  write(data: Uint8Array): Promise<void>;
  /** Nothing more is written; what the other side sends still comes. */
  end(): void;
}

export interface Listing {
  readonly sessions: readonly SessionSnapshot[];
  readonly external: readonly ExternalSnapshot[];
  /** A watch from here continues the answer; 0: there is no event, or the agent is too old to say. */
  readonly asOf: number;
}

export interface ChangeHooks {
  readonly requestId: string;
  /** Name of a preset. */
  readonly tool: string;
}

export interface HooksChanged {
  readonly hooks: ToolHooks;
  /** False: it was so before. */
  readonly changed: boolean;
}

export interface UpdateSession {
  readonly requestId: string;
  readonly session: string;
  readonly name: string | null;
  readonly setTags: Readonly<Record<string, string>>;
  readonly removeTags: readonly string[];
}

export interface WatchEvents {
  /** Events after this number. */
  readonly since?: number;
  /** Ms since the epoch; goes before `since`. */
  readonly sinceTime?: number;
  readonly onlyNew?: boolean;
  readonly follow: boolean;
}

export type WatchMessage =
  | {
      readonly kind: 'opened';
      readonly journalId: string;
      readonly oldest: number;
      readonly newest: number;
      readonly oldestAt: number | null;
    }
  /** `fact` is null where this version does not know it. */
  | { readonly kind: 'event'; readonly event: Omit<HostEvent, 'fact'> & { readonly fact: Fact | null } };

export interface ReadOutput {
  readonly session: string;
  readonly offset: number;
  readonly follow: boolean;
  /** Begin this many bytes before the end; 0: use offset. */
  readonly tailBytes: number;
}

export interface OutputChunk {
  readonly offset: number;
  readonly data: Uint8Array;
  /** Bytes just before offset that were asked for and are gone. */
  readonly truncatedBytes: number;
  /** On the last chunk of a follow: the session as it ended. */
  readonly ended: SessionSnapshot | null;
}

export interface AttachOpen {
  readonly session: string;
  readonly columns: number;
  readonly rows: number;
  readonly term: string;
  readonly readOnly: boolean;
  readonly detachOthers: boolean;
  /** The same on every reconnect of one attach. */
  readonly attachId: string;
}

export type AttachMessage =
  | { readonly kind: 'opened'; readonly session: SessionSnapshot; readonly inputOffset: number }
  | { readonly kind: 'output'; readonly data: Uint8Array }
  | { readonly kind: 'acknowledged'; readonly inputOffset: number }
  | {
      readonly kind: 'ended';
      readonly reason: 'detached' | 'session-ended';
      readonly session: SessionSnapshot;
    };

export interface AttachStream {
  readonly messages: AsyncIterable<AttachMessage>;
  /** `offset`: number of data's first byte among all bytes typed under this attach id. */
  input(offset: number, data: Uint8Array): void;
  resize(columns: number, rows: number): void;
  /** Shows one line over the session for some seconds, in this terminal alone. */
  notify(text: string): void;
  detach(): void;
}
