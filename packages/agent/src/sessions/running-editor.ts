/** One editor that runs: who is connected to it, since when nobody is, and whether it still answers. */
import type { Duplex } from 'node:stream';
import type { EditorSnapshot } from '@berth/shared/domain/editor';
import { idleUntil } from '../domain/editor.ts';
import type { EditorDoor, EditorFiles, EditorPlace, EditorRecord, EditorUnits } from './editor-port.ts';
import { editorFailed, silent } from './editor-refusals.ts';

export interface RunningEditorOptions {
  readonly place: EditorPlace;
  readonly units: EditorUnits;
  readonly record: EditorRecord;
  readonly door: EditorDoor;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly suspended: () => boolean;
  /** Its record says anew who uses it. */
  readonly onUse: () => void;
  /** Nobody was connected for as long as was asked for. Called again later where it goes on. */
  readonly onIdle: () => void;
  /** Nobody answers at its socket any more. */
  readonly onGone: () => void;
}

const READY_MS = 30_000;
/** setTimeout takes at most this; a longer wait just looks once in between. */
const LONGEST_MS = 2 ** 31 - 1;

export class RunningEditor implements Disposable {
  readonly place: EditorPlace;
  readonly units: EditorUnits;
  record: EditorRecord;
  readonly #o: RunningEditorOptions;
  #state: 'starting' | 'ready' = 'starting';
  #connections = 0;
  /** When the last connection ended, or it began or went on. */
  #since: number;
  #lostAt: number | null;
  #timer: NodeJS.Timeout | null = null;
  #watch: Disposable | null = null;
  /** It stood still when it was last looked at. */
  #still = false;
  #over = false;

  constructor(options: RunningEditorOptions) {
    this.#o = options;
    this.place = options.place;
    this.units = options.units;
    this.record = options.record;
    this.#since = options.now();
    // Of one that ran under the agent before this one: pages of then may come back.
    const { connected = false, lostAt = null } = options.record.use ?? {};
    this.#lostAt = connected ? this.#since : lostAt;
  }

  /** By its own word. Throws EDITOR_FAILED with its last one where it ended, or says nothing. */
  async untilReady(files: Pick<EditorFiles, 'lastWords'>): Promise<void> {
    const { place, units, record } = this;
    const deadline = performance.now() + READY_MS;
    for (let pause = 10; !(await this.#o.door.answers(place.socket, record.healthPath)); ) {
      const alive = await units.alive(place);
      if (!alive || performance.now() > deadline) {
        const words = await files.lastWords(place);
        if (alive && this.#state === 'ready') throw silent(place.sessionId, words);
        throw editorFailed(record, alive ? `it does not answer${words && `; ${words}`}` : words);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(pause * 1.5, 200);
    }
  }

  /** It serves: from now on somebody looks after it. */
  enter(): void {
    const { door, onGone, now } = this.#o;
    if (this.#state === 'ready') return;
    this.#state = 'ready';
    this.#since = now();
    door.warm(this.place.socket);
    this.#watch = door.watch(this.place.socket, onGone);
    this.waitForIdle();
  }

  /** Null where it takes none, yet or any more. Rejects where nobody answers. */
  async connect(signal: AbortSignal): Promise<Duplex | null> {
    if (this.#state !== 'ready' || this.#over) return null;
    // From now on: who is on his way is not to find it stopped for that nobody is there.
    this.#connections += 1;
    if (this.#connections === 1) this.#used();
    this.waitForIdle();
    const left = () => {
      this.#connections -= 1;
      if (this.#connections === 0) this.#used();
    };
    try {
      const connection = await this.#o.door.connect(this.place.socket, signal);
      connection.once('close', () => {
        // Nobody said that he leaves: his link broke, or his machine sleeps.
        if (!connection.writableEnded && !connection.readableEnded) this.#lostAt = this.#o.now();
        left();
        this.wentOn();
      });
      return connection;
    } catch (error) {
      left();
      this.waitForIdle();
      throw error;
    }
  }

  #used(): void {
    if (this.#over) return;
    const use = { connected: this.#connections > 0, lostAt: this.#lostAt };
    this.record = { ...this.record, use };
    this.#o.onUse();
  }

  /** What was until now does not count as idling. */
  wentOn(): void {
    this.#since = this.#o.now();
    this.waitForIdle();
  }

  /** When to stop it, if nobody comes; null: not for this reason. */
  get idleUntil(): number | null {
    const suspended = this.#o.suspended();
    const { idleMs: timeoutMs } = this.record;
    const now = { connections: this.#connections, since: this.#since, lostAt: this.#lostAt };
    return idleUntil({ ...now, timeoutMs, suspended });
  }

  waitForIdle(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const still = this.#o.suspended();
    // What stood still with its session was not idle meanwhile.
    if (this.#still && !still) {
      this.#since = this.#o.now();
      if (this.#lostAt !== null) this.#lostAt = this.#since;
    }
    this.#still = still;
    const until = this.idleUntil;
    if (this.#over || this.#state !== 'ready' || until === null) return;
    const ms = Math.min(Math.max(0, until - this.#o.now()), LONGEST_MS);
    this.#timer = setTimeout(this.#o.onIdle, ms);
    this.#timer.unref();
  }

  async snapshot(): Promise<Omit<EditorSnapshot, 'detail'>> {
    const { program, version, startedAt, directory } = this.record;
    const memoryBytes = (await this.units.memory(this.place).catch(() => null)) ?? 0;
    const idleSince = this.#connections > 0 || this.#state === 'starting' ? null : this.#since;
    const now = { state: this.#state, connections: this.#connections, idleSince, memoryBytes };
    return { program, version, startedAt, directory, ...now };
  }

  /** Looks after it no more; it goes on. */
  [Symbol.dispose](): void {
    this.#over = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#watch?.[Symbol.dispose]();
  }
}
