/** What the application needs of editors: the programs, their units, their files, and the way in. */
import type { Duplex } from 'node:stream';
import type { EditorProfile } from '@berth/shared/domain/editor';
import type { SessionPaths } from './ports.ts';

/** Paths of one session's editor. */
export interface EditorPlace {
  readonly sessionId: string;
  readonly session: SessionPaths;
  /** Its user data, of this session alone. */
  readonly userData: string;
  /** Its extensions: the shared ones as links, and what is installed in it. */
  readonly extensions: string;
  /** What it prints; anew with each start. */
  readonly log: string;
  /** Private, in the runtime directory: sockets have to have short paths. */
  readonly runtime: string;
  /** Where it takes connections, 0600. */
  readonly socket: string;
  /** Where the program talks to itself. */
  readonly ownSocket: string;
  readonly configFile: string;
  /** NUL-separated NAME=VALUE, 0600 on tmpfs; read and removed as it starts. */
  readonly envFile: string;
}

/** A program that serves VS Code, as it was found on the host. */
export interface InstalledEditor {
  readonly program: 'code-server' | 'openvscode-server';
  readonly version: string;
  /** Absolute. */
  readonly path: string;
  /** argv that serves a directory. */
  serve(place: EditorPlace, directory: string): readonly string[];
  /** A request that it answers with 200 as soon as it serves. */
  readonly healthPath: string;
}

export interface EditorPrograms {
  /** Where `berth host code install` puts them. */
  readonly installDirectory: string;
  /** Null: there is none. Throws EDITOR_FAILED where there is one that does not run. */
  find(): Promise<InstalledEditor | null>;
}

export interface EditorUnit {
  readonly place: EditorPlace;
  readonly argv: readonly string[];
  /** Most bytes it may hold, where the kernel enforces that. */
  readonly memoryBytes: number;
  /** Slot of its session, which is held to the rest of it meanwhile; null where slots are only counted. */
  readonly slotBytes: number | null;
}

/** What editors run in: a unit beside the session's, which ends with it. */
export interface EditorUnits {
  /** Takes its memory from the session's limit, then starts it. Resolves once it runs. */
  start(unit: EditorUnit): Promise<void>;
  alive(place: EditorPlace): Promise<boolean>;
  /**
   * Asks it to end, then ends all of it; resolves once it is gone. Its session may hold `slotBytes` again;
   * null where nothing was taken from it, or it has ended.
   */
  stop(place: EditorPlace, slotBytes: number | null): Promise<void>;
  /** Bytes; null where it does not run. */
  memory(place: EditorPlace): Promise<number | null>;
}

/** What the agent has to know of a running editor after its own death. Times in ms since the epoch. */
export interface EditorRecord {
  readonly program: string;
  readonly version: string;
  readonly startedAt: number;
  readonly idleMs: number;
  readonly directory: string;
  readonly healthPath: string;
  /** Of the session, to be given back. */
  readonly slotBytes: number;
  /** The session's limit was lowered for it. */
  readonly enforced: boolean;
  /** Absent where nobody has come yet. */
  readonly use?: EditorUse;
}

/** Whether somebody may come back to an editor. */
export interface EditorUse {
  readonly connected: boolean;
  /** When a connection last broke off without a word; null: none did. */
  readonly lostAt: number | null;
}

export interface EditorFiles {
  place(sessionId: string): EditorPlace;
  /**
   * All that a start in `directory`, the session's workspace, needs; of the profile only what is not there.
   * Throws FILE_NOT_FOUND where the workspace is gone, DISK_FULL.
   */
  prepare(
    place: EditorPlace,
    what: {
      readonly env: Readonly<Record<string, string>>;
      readonly profile: EditorProfile;
      readonly directory: string;
    },
  ): Promise<void>;
  keep(place: EditorPlace, record: EditorRecord): Promise<void>;
  /** Its socket is its user's alone, whatever the program made of it. */
  guard(place: EditorPlace): Promise<void>;
  /** Takes away record, sockets and environment; user data stays. */
  clear(place: EditorPlace): Promise<void>;
  /** Of editors that were running when the agent ended, by session; what others left is removed. */
  records(): Promise<ReadonlyMap<string, EditorRecord>>;
  /** The last line it printed, for people; may be empty. */
  lastWords(place: EditorPlace): Promise<string>;
}

/** Extensions that all sessions of a host share. */
export interface EditorExtensions {
  /** PUBLISHER.NAME@VERSION of those that are there. */
  list(): Promise<readonly string[]>;
  /**
   * Brings what is missing, once for all that ask for it, and gives it to this session. Resolves with
   * what could not be brought, one line each: an editor without an extension is better than none.
   */
  share(editor: InstalledEditor, place: EditorPlace, wanted: readonly string[]): Promise<readonly string[]>;
}

/** The way into a running editor, by its socket. */
export interface EditorDoor {
  /** It serves. Never rejects. */
  answers(socket: string, healthPath: string): Promise<boolean>;
  /** Somebody listens there, though he may stand still. Never rejects. */
  takes(socket: string): Promise<boolean>;
  /** Asks it for its first page, so that the person who comes next does not wait for what that loads. */
  warm(socket: string): void;
  /** Calls back once when whoever serves there is gone. */
  watch(socket: string, gone: () => void): Disposable;
  /** As Network.connect. */
  connect(socket: string, signal: AbortSignal): Promise<Duplex>;
}
