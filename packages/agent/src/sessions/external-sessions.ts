/**
 * Sessions that tools of others report on. Looked at when their files change, when somebody asks,
 * and once a minute for what no file tells: a tmux session that ended. Invariants:
 * - one look at a time; what is told and the memory of it are committed together;
 * - a file that cannot be read now counts as it was last read: it may be half written.
 */
import type { Verdict } from '@berth/shared/domain/attention';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { type ExternalSnapshot, externalId } from '@berth/shared/domain/external-session';
import { oneLine } from '@berth/shared/domain/text';
import { type Report, readReport } from '../domain/external/report.ts';
import {
  type AnsweredBy,
  answer,
  explain,
  externalNews,
  snooze,
  type Told,
} from '../domain/external/sessions.ts';
import type { ReportFile, ReportFiles, UserTmux } from './external-port.ts';
import type { GrantedRequest, Journal } from './journal-port.ts';
import type { Watcher } from './ports.ts';
import type { Registry } from './registry.ts';

const GATHER_MS = 50;
/** A file that is being written is whole soon. */
const AGAIN_MS = 1000;
const EVERY_MS = 60_000;
/** A timer's longest wait. */
const LONGEST_MS = 2 ** 31 - 1;
const SETTING = 'external-sessions';

export interface ExternalOptions {
  readonly files: ReportFiles;
  readonly tmux: Pick<UserTmux, 'names'>;
  readonly watcher: Watcher;
  readonly registry: Registry;
  readonly journal: Journal;
  readonly now: () => number;
  readonly onProblem: (message: string) => void;
}

interface Read {
  readonly version: string;
  readonly report: Report | null;
  /** When it was first found malformed; null: it is well. */
  readonly malformedAt: number | null;
  readonly warned: boolean;
}

export class ExternalSessions implements AsyncDisposable {
  readonly #options: ExternalOptions;
  readonly #read = new Map<string, Read>();
  readonly #watch: Disposable;
  readonly #slow: NodeJS.Timeout;
  #told: Told;
  #sessions: readonly ExternalSnapshot[] = [];
  #live: ReadonlySet<string>;
  #problem = '';
  #timer: NodeJS.Timeout | null = null;
  #wake: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #again = false;
  #over = false;

  constructor(options: ExternalOptions) {
    this.#options = options;
    this.#told = remembered(options.journal.setting(SETTING));
    const wasLive = Object.values(this.#told).filter(({ session }) => session.live);
    this.#live = new Set(wasLive.map(({ session }) => session.name));
    this.#watch = options.watcher.watch(options.files.directory, () => this.#later(GATHER_MS));
    this.#slow = setInterval(() => {
      if (this.#read.size > 0) this.#later(0);
    }, EVERY_MS);
    this.#slow.unref();
    this.#later(0);
  }

  /** As they are now, most urgent first. */
  async list(): Promise<readonly ExternalSnapshot[]> {
    await this.#look();
    return this.#sessions;
  }

  /** As it is now. Throws SESSION_NOT_FOUND. */
  async find(name: string): Promise<ExternalSnapshot> {
    const found = (await this.list()).find((session) => session.name === name);
    if (found) return found;
    const message = `there is no session ${oneLine(externalId(name))}: no tool reports on it`;
    throw new BerthError('SESSION_NOT_FOUND', message);
  }

  /** As it was last, also once it is shown no more; null: nobody ever told of it. */
  known(name: string): ExternalSnapshot | null {
    const shown = this.#sessions.find((session) => session.name === name);
    return shown ?? this.#toldOf(name)?.session ?? null;
  }

  explain(name: string): readonly Verdict[] {
    const told = this.#toldOf(name);
    return told ? [explain(told)] : [];
  }

  /**
   * Its attention was seen to; false where there was none, and nothing to put away. It stands again
   * with its next question.
   */
  answer(name: string, by: AnsweredBy, request?: GrantedRequest): boolean {
    const session = this.#sessions.find((one) => one.name === name);
    const told = session && answer(this.#told, session, by);
    if (!told) return false;
    this.#tell(told, request);
    return true;
  }

  /** Its tmux session was ended by hand: nothing is left to ask for. */
  ended(name: string, request: GrantedRequest): void {
    const live = new Set([...this.#live].filter((other) => other !== name));
    const session = this.#sessions.find((one) => one.name === name);
    const seen = session && answer(this.#told, { ...session, live: false }, 'acknowledged');
    this.#tell(seen ?? this.#told, request, live);
  }

  /** `until` in ms since the epoch; in the past: ends it. */
  snooze(name: string, until: number, request: GrantedRequest): void {
    this.#tell(snooze(this.#told, name, { until, now: this.#options.now() }), request);
  }

  #toldOf(name: string) {
    return Object.hasOwn(this.#told, name) ? this.#told[name] : undefined;
  }

  #later(ms: number): void {
    if (this.#over || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#look();
    }, ms);
    this.#timer.unref();
  }

  /** Never rejects. A look that began before this call may have missed what it is about: one more. */
  async #look(): Promise<void> {
    if (this.#looking) {
      this.#again = true;
      return await this.#looking;
    }
    this.#looking = (async () => {
      do {
        this.#again = false;
        await this.#lookNow();
      } while (this.#again && !this.#over);
    })()
      .catch((error: unknown) => this.#failed(messageOf(error)))
      .finally(() => {
        this.#looking = null;
      });
    await this.#looking;
  }

  /** Each trouble is told once. */
  #failed(problem: string): void {
    if (problem !== this.#problem) this.#options.onProblem(`cannot look at sessions of others: ${problem}`);
    this.#problem = problem;
  }

  async #lookNow(): Promise<void> {
    const { files, tmux } = this.#options;
    const found = await files.list();
    const names = new Set(found.map(({ name }) => name));
    for (const name of [...this.#read.keys()]) if (!names.has(name)) this.#read.delete(name);
    for (const file of found) await this.#readFile(file);
    // What cannot be told is as it was.
    if (found.length > 0 || Object.keys(this.#told).length > 0)
      this.#live = await tmux.names().catch(() => this.#live);
    if (!this.#over) this.#tell();
  }

  async #readFile(file: ReportFile): Promise<void> {
    const before = this.#read.get(file.name);
    if (before?.version === file.version && before.malformedAt === null) return;
    const { files, now, onProblem } = this.#options;
    const read = await files.read(file.name).then(
      (text) => readReport(text, file),
      (error: unknown) => ({ problem: messageOf(error) }),
    );
    const { version } = file;
    if (!('problem' in read)) {
      this.#read.set(file.name, { version, report: read, malformedAt: null, warned: false });
      return;
    }
    const malformedAt = before?.malformedAt ?? now();
    const late = now() - malformedAt >= AGAIN_MS;
    if (late && !before?.warned)
      onProblem(oneLine(`left out ${files.directory}/${file.name}.json: ${read.problem}`));
    if (!late) this.#later(AGAIN_MS);
    this.#read.set(file.name, { version, report: before?.report ?? null, malformedAt, warned: late });
  }

  /**
   * One step, without an await: what is told is what is remembered, and where it cannot be told nothing
   * changes. `told`: with what people said to it; `live`: of which there is a tmux session.
   */
  #tell(told = this.#told, request?: GrantedRequest, live = this.#live): void {
    const { journal, registry, now } = this.#options;
    const read = [...this.#read.values()];
    const news = externalNews({
      told,
      reports: read.flatMap(({ report }) => report ?? []),
      unsure: read.some(({ report, warned }) => report === null && !warned),
      live,
      now: now(),
      nextEvent: journal.eventRange().newest + 1,
    });
    if (news.facts.length > 0 || request) {
      const settings = [{ name: SETTING, value: JSON.stringify(news.told) }];
      registry.tell(news.facts, { settings, ...(request ? { request } : {}) });
      this.#told = news.told;
    }
    this.#live = live;
    this.#sessions = news.sessions;
    this.#wakeForSnoozes();
  }

  /** A snooze that runs out raises what still stands anew. */
  #wakeForSnoozes(): void {
    clearTimeout(this.#wake ?? undefined);
    const ends = this.#sessions.flatMap(({ attention }) => attention?.snoozedUntil ?? []);
    if (ends.length === 0 || this.#over) return;
    const ms = Math.min(Math.max(0, Math.min(...ends) - this.#options.now()), LONGEST_MS);
    this.#wake = setTimeout(() => void this.#look(), ms).unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    this.#watch[Symbol.dispose]();
    clearInterval(this.#slow);
    clearTimeout(this.#timer ?? undefined);
    clearTimeout(this.#wake ?? undefined);
    await this.#looking;
  }
}

/** What another version wrote, or nobody: then all are new. */
function remembered(setting: string | null): Told {
  try {
    return JSON.parse(setting ?? '{}') as Told;
  } catch {
    return {};
  }
}
