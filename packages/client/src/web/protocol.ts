/**
 * What the page of `berth ui` and the client that serves it say to each other: types alone, the one
 * file that both sides import. Rows are those of `berth list --json` and `berth status --json`: the
 * page shows the same data as scripts read. Times are ISO 8601, sizes bytes.
 *
 * A refusal is a plain status without a body that tells more: 401 for who is not logged in (any more:
 * a UI that was started again knows nobody), 403 for what no page of ours asks, 429 for who guesses.
 */
import type { Reason } from '@berth/shared/domain/reasons';
import type { HostRow as ListHostRow, SessionRow } from '../fleet/view.ts';

export type { SessionRow };

/**
 * POST /api/login with `{token}`, the part of the URL behind `#`: good once, for a minute. Answers with
 * a cookie and this. Cookies of localhost are sent to all its ports, whoever listens there; the key is
 * known to the page alone: it is kept in localStorage and goes along with every call as the header
 * KEY_HEADER, and with every socket as its second protocol: `[SOCKET_PROTOCOL, KEY_PROTOCOL + key]`.
 */
export interface LoginAnswer {
  readonly key: string;
}

export const KEY_HEADER = 'x-berth-key';
export const SOCKET_PROTOCOL = 'berth';
export const KEY_PROTOCOL = 'berth-key.';

/** `host:session_id`: names a session in every message. */
export type SessionKey = string;

/** What `list --json` and `status --json` tell of a host, and how fresh that is. */
export interface HostRow extends ListHostRow {
  /** `online`, `draining`, `connecting` or `unreachable` as the page shows it. */
  readonly link: 'connecting' | 'connected' | 'unreachable';
  readonly link_since: string;
  /** When it last told something; null: never. */
  readonly as_of: string | null;
  /** The row of `status --json`; null before the host has told. */
  readonly vm: VmRow | null;
  /** Presets it can start, by name, best first; empty before it has told. */
  readonly presets: readonly string[];
  readonly warnings: readonly string[];
}

/** As `berth status --json` has them under `vms`. */
export interface VmRow {
  readonly name: string;
  readonly size: string;
  readonly region: string;
  readonly price_per_hour: number | null;
  readonly capacity: number;
  readonly active_sessions: number;
  readonly available_capacity: number;
  readonly queued_sessions: number;
  readonly memory_total_bytes: number;
  readonly memory_reserved_bytes: number;
  readonly memory_capacity_bytes: number;
  readonly memory_used_bytes: number;
  readonly state: string;
  readonly idle: boolean;
  readonly idle_since: string | null;
  readonly enforcement: 'advisory' | 'kernel' | null;
}

export interface FleetState {
  readonly sessions: Readonly<Record<SessionKey, SessionRow>>;
  /** By name, in the order of the configuration. */
  readonly hosts: Readonly<Record<string, HostRow>>;
}

/**
 * Of the socket /api/live?epoch=E&version=N. Who comes back names the last it has: where the server
 * still knows what changed since then it tells only that, else all.
 */
export type LiveMessage =
  /** All there is. `epoch` is the server's life: another one knows no versions of this. */
  | { readonly type: 'state'; readonly epoch: string; readonly version: number; readonly state: FleetState }
  /** What changed since `version - 1`; null: it is gone. */
  | {
      readonly type: 'delta';
      readonly version: number;
      readonly sessions: Readonly<Record<SessionKey, SessionRow | null>>;
      readonly hosts: Readonly<Record<string, HostRow | null>>;
    }
  /** An event as `berth watch --json` prints it: for the log. Never told twice over one socket. */
  | { readonly type: 'event'; readonly event: EventRow }
  /** Every LIVE_BEAT_MS: a client that stands still is known from one that has nothing to tell. */
  | { readonly type: 'alive' }
  /** A session asks, and dwell and cooldown of `berth watch --notify` let it through. */
  | {
      readonly type: 'notice';
      readonly key: SessionKey;
      readonly title: string;
      readonly body: string;
      readonly sound: boolean;
    };

export const LIVE_BEAT_MS = 3000;

export interface EventRow {
  readonly host: string;
  readonly number: number;
  readonly at: string;
  readonly session_id: string;
  readonly session: string;
  readonly kind: string;
  readonly type: string;
  readonly [more: string]: unknown;
}

/**
 * Of the socket /api/terminal?session=KEY&attach=ID&columns=C&rows=R. Binary messages to the page are
 * output. Binary messages to the server are typed bytes behind their number: 8 bytes, big-endian, the
 * offset of the first of them among all bytes typed under this attach id. What was not acknowledged is
 * sent again by a page that comes back under the same id; nothing is typed twice.
 */
export type TerminalMessage =
  | { readonly type: 'opened'; readonly input_offset: number }
  | { readonly type: 'acknowledged'; readonly input_offset: number }
  /** The way to the host broke; output goes on by itself. */
  | { readonly type: 'reconnecting'; readonly why: string }
  /** `session`: its status then, as in the rows; empty where it was never reached. Last. */
  | { readonly type: 'ended'; readonly reason: 'detached' | 'session-ended'; readonly session: string }
  /** No other try would mend it: the session is gone, say. Last. */
  | { readonly type: 'failed'; readonly error: UiError };

export type TerminalOrder =
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  /** So many bytes of output were drawn in all: no more than a window of them is on its way at once. */
  | { readonly type: 'drawn'; readonly bytes: number };

/** Bytes of output that are on their way to a page at most before it says that it drew some. */
export const TERMINAL_WINDOW = 512 * 1024;

/** POST /api/call with `{method, params}`: `{result}`, or `{error}` as `--json` prints it. */
export interface UiCalls {
  about: { params: object; result: About };
  show: { params: { session: SessionKey }; result: SessionPage };
  /** The last lines of what it printed, rendered; for previews. */
  screen: { params: { session: SessionKey; lines: number }; result: { lines: readonly string[] } };
  /** Lines of the transcript with the text in them, newest first. */
  search: {
    params: { session: SessionKey; text: string; most: number };
    result: { matches: readonly { line: number; text: string }[]; complete: boolean };
  };
  diff: { params: { session: SessionKey }; result: { text: string; complete: boolean } };
  kill: { params: { session: SessionKey }; result: object };
  acknowledge: { params: { session: SessionKey }; result: object };
  snooze: { params: { session: SessionKey; until: string }; result: object };
  rename: { params: { session: SessionKey; name: string }; result: object };
  tag: {
    params: { session: SessionKey; set: Readonly<Record<string, string>>; remove: readonly string[] };
    result: object;
  };
  suspend: { params: { session: SessionKey }; result: object };
  resume: { params: { session: SessionKey }; result: object };
  /** Where it would go, and why not elsewhere: `berth start --dry-run`. */
  plan: { params: StartOrder; result: StartPlan };
  start: { params: StartOrder; result: { session: SessionKey } };
  doctor: { params: { host: string }; result: { checks: readonly DoctorCheck[] } };
  /** Events of the past, oldest first. */
  events: { params: { since: string; most: number }; result: EventsAnswer };
  /**
   * Where an artifact is, as a file to keep, for a look (text and raster images alone), or as a page in a
   * sandboxed frame (HTML, on an origin of its own). The URL is good for ten minutes, a page's for one use.
   */
  openArtifact: {
    params: { session: SessionKey; path: string; how: 'keep' | 'look' | 'page' };
    result: { url: string };
  };
  /** Starts the editor where it does not run. The URL is good for one use, from this page. */
  openEditor: { params: { session: SessionKey }; result: { url: string } };
  stopEditor: { params: { session: SessionKey }; result: object };
  /** A port of the session on an origin of its own; the URL is good for one use. */
  openPort: { params: { session: SessionKey; port: number }; result: { url: string } };
  /** Tabs and their order, kept by the client across its own restarts; what was put last. */
  getLayout: { params: object; result: { layout: unknown } };
  putLayout: { params: { layout: unknown }; result: object };
}

export interface About {
  readonly version: string;
  /** Where the client keeps sound and dwell of notifications: what the settings say. */
  readonly sound: boolean;
  /** Default preset, size of the host (empty: any) and memory of a start. */
  readonly preset: string;
  readonly size: string;
  readonly memory: string;
}

export interface SessionPage {
  readonly row: SessionRow;
  readonly git: {
    readonly branch: string;
    readonly commit: string;
    readonly dirty_files: number;
    readonly ahead: number | null;
    readonly behind: number | null;
    readonly upstream: string;
  } | null;
  /** Newest first; `openArtifact` hands one over. */
  readonly artifacts: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly modified_at: string;
  }[];
  readonly history: readonly { readonly state: string; readonly at: string }[];
  readonly ports: readonly { readonly port: number; readonly program: string; readonly pid: number }[];
  /** A command line that reaches it without Berth; may be empty. */
  readonly ssh: string;
  readonly editor: { readonly state: 'stopped' | 'starting' | 'ready'; readonly detail: string } | null;
}

export interface StartOrder {
  readonly prompt: string;
  readonly preset: string;
  readonly name: string;
  /** Empty: placement chooses. */
  readonly host: string;
  /** Of the host, as `--vm-size` takes it; empty: what is usual, else any. */
  readonly size: string;
  /** As `--memory` takes it; empty: the default. */
  readonly memory: string;
  /** A git repository of this machine, absolute; empty: none. */
  readonly repository: string;
  /** A directory of the host; empty: none. */
  readonly directory: string;
  /** Wait in line where all is full. */
  readonly queue: boolean;
  readonly skip_permissions: boolean;
}

export interface StartPlan {
  /** Null: nowhere now. */
  readonly host: string | null;
  readonly hosts: readonly { readonly name: string; readonly fits: boolean; readonly why: string }[];
}

export interface DoctorCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly hint: string;
}

/** Of some hosts, it may be, that they could not be read. */
export interface EventsAnswer {
  readonly events: readonly EventRow[];
  readonly failures: readonly UiError[];
}

export interface UiError {
  readonly code: number;
  readonly reason: Reason;
  readonly message: string;
  readonly hint: string;
}
