/**
 * Watches running sessions for whatever tells of attention: what they print, what their tools' hooks
 * leave in the status directory, and what stands on a screen that is still. Hands it to the keeper.
 */
import { messageOf } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import { LAST_LINE_BYTES, lastLine } from '../domain/attention/last-line.ts';
import { type PromptPattern, standingPrompt } from '../domain/attention/prompts.ts';
import { readHookReport } from '../domain/attention/read-hook-report.ts';
import { endMarker } from '../domain/end-marker.ts';
import type { Ended, Session } from '../domain/session.ts';
import type { AttentionKeeper } from './attention-keeper.ts';
import { coalesced } from './coalesced.ts';
import type { SessionFiles } from './files-port.ts';
import type { StatusFiles, Terminals, Transcripts, Watcher } from './ports.ts';
import type { Registry } from './registry.ts';
import { type Seen, SessionScan } from './session-scan.ts';
import { createStatusReader } from './status-reader.ts';
import type { Supervisor } from './supervisor.ts';
import type { TokenCounter } from './token-counter.ts';

export interface AttentionWatchOptions {
  readonly keeper: AttentionKeeper;
  readonly registry: Registry;
  readonly supervisor: Supervisor;
  readonly files: SessionFiles;
  readonly transcripts: Transcripts;
  readonly terminals: Terminals;
  readonly statusFiles: StatusFiles;
  readonly watcher: Watcher;
  /** Its own: closed with it. */
  readonly tokens: TokenCounter;
  /** Prompts that a preset's tool is known to put on the screen. */
  readonly prompts: (preset: string) => readonly PromptPattern[];
  readonly now: () => number;
  readonly log: (level: 'warn', fields: object, message: string) => void;
  /** A screen that is still for this long, in ms, is looked at for a prompt. */
  readonly stillMs: number;
}

/** How far a look through the transcript may be lost in a crash: it is repeated then. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
/** Silence after which a session counts as quiet: it is told so three times a minute at most. */
const QUIET_MS = 20_000;
/** Somebody who typed this shortly before the end saw it. */
const SAW_END_MS = 5000;
const TICK_MS = 500;

/** One session as it is watched. */
interface Watched {
  readonly session: Session;
  readonly scan: SessionScan;
  readonly readStatus: () => Promise<void>;
  readonly watches: readonly Disposable[];
  checkpoint: number;
  printedAt: number | null;
  printing: boolean;
  /** The screen has been looked at since it last changed. */
  looked: boolean;
  lookedAt: number;
  commandAt: number | null;
  scheduled: boolean;
}

export class AttentionWatch implements Disposable {
  readonly #o: AttentionWatchOptions;
  readonly #watched = new Map<string, Watched>();
  #tick: NodeJS.Timeout | null = null;
  #begun = false;

  constructor(options: AttentionWatchOptions) {
    this.#o = options;
    options.registry.onChange((session) => this.#changed(session));
  }

  /** Takes up what was there before this agent. */
  begin(): void {
    const { registry, keeper } = this.#o;
    this.#begun = true;
    for (const session of registry.all()) {
      // One that began while files and journal were brought together is watched already.
      const lives = session.state === 'running' || session.state === 'suspended';
      if (lives && !this.#watched.has(session.id)) this.#watch(session);
      // One that had ended before attention was known of is no news.
      const { exit, scanned } = keeper.state(session.id);
      if (isEnded(session) && !exit && scanned >= 0) this.#ended(session);
    }
  }

  [Symbol.dispose](): void {
    if (this.#tick) clearInterval(this.#tick);
    for (const watched of this.#watched.values()) this.#close(watched);
    this.#watched.clear();
    this.#o.tokens[Symbol.dispose]();
  }

  #changed(session: Session): void {
    if (session.state === 'starting' && session.incarnation > 1) {
      this.#o.keeper.signal(session.id, { type: 'restarted' });
    }
    if (session.state === 'running' && !this.#watched.has(session.id)) this.#watch(session);
    // What is found ended as files and journal are brought together is looked at by `begin`.
    if (!isEnded(session) || !this.#begun) return;
    this.#ended(session);
    const watched = this.#watched.get(session.id);
    if (watched) this.#close(watched);
    this.#watched.delete(session.id);
    this.#o.keeper.forget(session.id);
  }

  #watch(session: Session): void {
    const { keeper, files, transcripts, supervisor, watcher } = this.#o;
    const paths = files.paths(session.id);
    const tap = transcripts.tap(paths);
    const known = keeper.state(session.id).scanned;
    // One that ran before anybody looked at attention is looked at from here on.
    const from = known < 0 ? tap.size() : known;
    const printing = keeper.resume(session.id);
    const readStatus = this.#statusReader(session.id);
    const watched: Watched = {
      session,
      scan: new SessionScan(tap, { from, marker: Buffer.from(endMarker(session.id), 'latin1') }),
      readStatus,
      checkpoint: from,
      // If it is silent by now, that shows soon.
      printedAt: printing ? this.#o.now() : null,
      printing,
      looked: false,
      lookedAt: Number.NEGATIVE_INFINITY,
      commandAt: null,
      scheduled: false,
      watches: [
        supervisor.onOutput(session.id, () => this.#scanSoon(session.id)),
        watcher.watch(paths.statusDir, () => void readStatus()),
      ],
    };
    this.#watched.set(session.id, watched);
    void readStatus();
    this.#scanSoon(session.id);
    this.#tick ??= this.#ticking();
  }

  /** Hands on what hooks leave; what cannot be read is logged. */
  #statusReader(sessionId: string): () => Promise<void> {
    const { keeper, files, statusFiles, tokens, log, now } = this.#o;
    const read = createStatusReader({
      paths: files.paths(sessionId),
      files: statusFiles,
      now,
      understand: readHookReport,
      onReport: (at, report) => {
        keeper.signal(sessionId, { type: 'hook', at, report });
        tokens.named(sessionId, report.transcripts ?? []);
      },
      onJunk: (file, why) => log('warn', { session: sessionId, file }, `ignored a status file: ${why}`),
      lookAgain: (ms) => void setTimeout(() => void reader(), ms).unref(),
    });
    const reader = coalesced(() =>
      read().catch((error: unknown) =>
        log('warn', { session: sessionId, error: messageOf(error) }, 'cannot read the status directory'),
      ),
    );
    return reader;
  }

  #ticking(): NodeJS.Timeout {
    const timer = setInterval(() => this.#onTick(), TICK_MS);
    timer.unref();
    return timer;
  }

  /** In the same turn of the event loop one look is enough, however many notices came. */
  #scanSoon(sessionId: string): void {
    const watched = this.#watched.get(sessionId);
    if (!watched || watched.scheduled) return;
    watched.scheduled = true;
    setImmediate(() => {
      watched.scheduled = false;
      if (this.#watched.get(sessionId) === watched) this.#scan(watched);
    });
  }

  #scan(watched: Watched): void {
    const { keeper, now } = this.#o;
    const { scan } = watched;
    const { id } = watched.session;
    const { seen, printed, more } = scan.look();
    for (const signal of seen) this.#seen(watched, signal);
    if (more) this.#scanSoon(id);
    if (printed) {
      watched.printedAt = now();
      watched.looked = false;
      this.#tick ??= this.#ticking();
      if (!watched.printing) this.#setPrinting(watched, true);
    }
    if (scan.resumeAt - watched.checkpoint < CHECKPOINT_BYTES) return;
    watched.checkpoint = scan.resumeAt;
    keeper.checkpoint(id, scan.resumeAt);
  }

  #seen(watched: Watched, { line, ...signal }: Seen): void {
    const { keeper, now } = this.#o;
    const at = now();
    const { id } = watched.session;
    watched.checkpoint = signal.offset;
    if (signal.type === 'command') watched.commandAt = at;
    else if (signal.type === 'commandEnded') {
      const ranMs = watched.commandAt === null ? 0 : at - watched.commandAt;
      watched.commandAt = null;
      const { exitCode } = signal;
      keeper.signal(id, { type: 'commandEnded', at, ranMs, exitCode, line }, signal.offset);
    } else {
      keeper.signal(id, { type: 'screen', at, line, signal }, signal.offset);
    }
  }

  #onTick(): void {
    const { now, stillMs } = this.#o;
    const at = now();
    let pending = false;
    for (const watched of this.#watched.values()) {
      const silent = at - (watched.printedAt ?? at);
      if (!watched.looked && watched.printedAt !== null) {
        // A prompt that was seen is looked for also while the program goes on printing.
        const gone = this.#o.keeper.state(watched.session.id).prompt && at - watched.lookedAt > stillMs * 2;
        if (silent >= stillMs || gone) void this.#look(watched);
        pending = true;
      }
      if (!watched.printing) continue;
      pending = true;
      if (silent >= QUIET_MS) this.#setPrinting(watched, false);
    }
    if (pending || !this.#tick) return;
    // Nothing is under way: the next output starts the clock again.
    clearInterval(this.#tick);
    this.#tick = null;
  }

  /** A screen that has stood still: does it show a prompt? */
  async #look(watched: Watched): Promise<void> {
    const { terminals, files, keeper, prompts, registry, now } = this.#o;
    watched.looked = true;
    watched.lookedAt = now();
    const { id } = watched.session;
    const session = registry.get(id);
    if (session?.state !== 'running') return;
    const lines = await terminals.capture(files.paths(id), { screenOnly: true }).catch(() => null);
    // Cannot be told, or it printed meanwhile: the next silence will show.
    if (!lines || !watched.looked || this.#watched.get(id) !== watched) return;
    const prompt = standingPrompt(lines, prompts(session.spec.preset));
    // What stands there has stood since it last printed, not since somebody looked.
    keeper.signal(id, { type: 'prompt', at: watched.printedAt ?? now(), prompt });
  }

  /** Told in coarse steps: a program that prints a line now and then is not news each time. */
  #setPrinting(watched: Watched, printing: boolean): void {
    watched.printing = printing;
    const { printedAt, scan, session } = watched;
    this.#o.keeper.printing(session.id, { printing, printedAt }, scan.scanned);
  }

  #ended(session: Ended): void {
    const { keeper, now } = this.#o;
    const watched = this.#watched.get(session.id);
    if (watched) this.#scan(watched);
    const answered = keeper.state(session.id).answered;
    const watchedEnd = answered?.by === 'typed' && now() - answered.at < SAW_END_MS;
    keeper.signal(session.id, { type: 'exit', session, line: this.#lineAtEnd(session), watched: watchedEnd });
    // A hook's last words change nothing that is told, but count: in the figures, and for `explain`.
    const readStatus = watched?.readStatus ?? this.#statusReader(session.id);
    void readStatus()
      .then(() => this.#o.tokens.finish(session.id))
      .then(() => keeper.checkpoint(session.id, keeper.state(session.id).scanned));
  }

  #lineAtEnd(session: Session): string {
    using tap = this.#o.transcripts.tap(this.#o.files.paths(session.id));
    const buffer = Buffer.alloc(LAST_LINE_BYTES);
    const from = Math.max(0, tap.size() - buffer.length);
    return lastLine(buffer.subarray(0, tap.read(from, buffer)));
  }

  #close(watched: Watched): void {
    for (const watch of watched.watches) watch[Symbol.dispose]();
    watched.scan[Symbol.dispose]();
  }
}

function isEnded(session: Session): session is Ended {
  return isFinal(session.state) && session.state !== 'expired';
}
