/**
 * The editors of sessions: one each, started on demand, beside the session and within its slot.
 * Invariants:
 * - work on one session's editor is done one thing after another;
 * - what is given to an editor is taken from its session first, and given back when it is gone:
 *   both together never hold more than the slot;
 * - what runs is written down before it starts, so that an agent that comes after this one finds it,
 *   or gives its memory back.
 */
import type { Duplex } from 'node:stream';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { EditorInstallation, EditorProfile, EditorSnapshot } from '@berth/shared/domain/editor';
import { isFinal } from '@berth/shared/domain/session-state';
import { editorCap, editorEnvironment } from '../domain/editor.ts';
import { isActive, type Live, type Session } from '../domain/session.ts';
import { typable } from './attachable.ts';
import type {
  EditorDoor,
  EditorExtensions,
  EditorFiles,
  EditorPlace,
  EditorPrograms,
  EditorRecord,
  EditorUnits,
} from './editor-port.ts';
import { awake, editorFailed, notInstalled, notThere } from './editor-refusals.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { SessionPaths, Units } from './ports.ts';
import type { Registry } from './registry.ts';
import { RunningEditor } from './running-editor.ts';

export interface EditorsOptions {
  readonly registry: Registry;
  readonly programs: EditorPrograms;
  readonly files: EditorFiles;
  readonly extensions: EditorExtensions;
  readonly door: EditorDoor;
  /** For a session with these paths. */
  readonly unitsOf: (paths: SessionPaths) => EditorUnits;
  readonly sessionUnits: Pick<Units, 'usage'>;
  /** What a command beside the session would run with, and where. */
  readonly surroundings: (
    session: Session,
  ) => Promise<{ env: Readonly<Record<string, string>>; workspace: string }>;
  /** It is about to end by itself, which nobody has written down yet: what runs beside it ends with it. */
  readonly ending: (session: Session) => Promise<boolean>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (fields: object, message: string) => void;
}

export interface OpenOrder {
  readonly profile: EditorProfile;
  /** Null: as it was asked before, and as the profile says for a new one. */
  readonly idleMs: number | null;
  /** 0: the usual share of the slot. */
  readonly memoryBytes: number;
}

interface Held {
  readonly place: EditorPlace;
  readonly units: EditorUnits;
  readonly record: EditorRecord;
}

export class Editors implements Disposable {
  readonly #o: EditorsOptions;
  readonly #running = new Map<string, RunningEditor>();
  readonly #work = new OneAtATime();
  /** What went wrong last with a session's editor. */
  readonly #details = new Map<string, string>();
  readonly #listener: Disposable;
  #over = false;

  constructor(options: EditorsOptions) {
    this.#o = options;
    this.#listener = options.registry.onChange((session) => this.#changed(session));
    options.registry.onRemove((sessionId) => this.#details.delete(sessionId));
  }

  /** Finds what ran under the agent before this one, and gives back what is held for what is gone. */
  async begin(): Promise<void> {
    const { files, door } = this.#o;
    for (const [sessionId, record] of await files.records()) {
      await this.#work.run([sessionId], async () => {
        const place = files.place(sessionId);
        const units = this.#o.unitsOf(place.session);
        const held = { place, units, record };
        const lives = this.#lives(sessionId);
        // Where that cannot be told it is looked after as if it ran: its socket will tell.
        if (!lives || !(await units.alive(place).catch(() => true))) return await this.#end(held, lives);
        const running = this.#take(sessionId, held);
        if (await door.takes(place.socket)) running.enter();
        // The agent before this one ended while it was being started. Nobody waits for that here.
        else void this.#still(sessionId, running, () => this.#serve(sessionId, running).catch(() => {}));
      });
    }
  }

  async installation(): Promise<EditorInstallation> {
    const { programs, extensions } = this.#o;
    const { installDirectory } = programs;
    const { program = '', version = '', path = '' } = (await programs.find()) ?? {};
    return { program, version, path, installDirectory, extensions: await extensions.list() };
  }

  async get(session: Session): Promise<EditorSnapshot> {
    const now = await this.#running.get(session.id)?.snapshot();
    return { ...(now ?? NONE), detail: this.#details.get(session.id) ?? '' };
  }

  /**
   * Resolves once it takes connections. Throws EDITOR_NOT_INSTALLED, EDITOR_FAILED, FILE_NOT_FOUND, DISK_FULL,
   * SLOT_EXHAUSTED, MEMORY_INVALID, VERSION_MISMATCH, SESSION_ENDED, SESSION_NOT_RUNNING.
   */
  async open(reference: string, order: OpenOrder): Promise<EditorSnapshot> {
    const { registry, files } = this.#o;
    const { id } = registry.resolve(reference);
    return await this.#work.run([id], async () => {
      const session = awake(registry.resolve(id));
      const running = this.#running.get(id);
      if (running && (await running.units.alive(running.place))) {
        running.record = { ...running.record, idleMs: order.idleMs ?? running.record.idleMs };
        await this.#keep(running);
        await running.untilReady(files);
        running.wentOn();
      } else {
        if (running) await this.#crashed(id, running);
        await this.#start(session, order);
      }
      return await this.get(session);
    });
  }

  /** One that does not run is no error. */
  async stop(reference: string): Promise<EditorSnapshot> {
    const session = this.#o.registry.resolve(reference);
    await this.#work.run([session.id], async () => {
      this.#details.delete(session.id);
      await this.#stopped(session.id);
    });
    return await this.get(session);
  }

  /** Throws EDITOR_NOT_RUNNING, SESSION_ENDED, SESSION_NOT_RUNNING. */
  async connect(session: Session, signal: AbortSignal): Promise<Duplex> {
    const { id } = awake(session);
    const connecting = this.#running.get(id)?.connect(signal);
    const connection = await connecting?.catch((error: unknown) => {
      throw notThere(id, messageOf(error));
    });
    if (!connection) throw notThere(id, this.#details.get(id));
    return connection;
  }

  /** Editors go on without the agent. */
  [Symbol.dispose](): void {
    this.#over = true;
    this.#listener[Symbol.dispose]();
    for (const running of this.#running.values()) running[Symbol.dispose]();
  }

  async #start(session: Live, { profile, memoryBytes: askedBytes, ...order }: OpenOrder): Promise<void> {
    const { programs, files, extensions, surroundings, sessionUnits, now } = this.#o;
    const { id, memoryBytes: slotBytes } = session;
    const place = files.place(id);
    const units = this.#o.unitsOf(place.session);
    const editor = await programs.find();
    if (!editor) throw notInstalled(id);
    const enforced = session.enforcement === 'kernel';
    const used = enforced ? await sessionUnits.usage(id, place.session) : null;
    const usedBytes = used?.memoryBytes ?? 0;
    const cap = editorCap({ sessionId: id, slotBytes, usedBytes, askedBytes, enforced });
    const { env, workspace: directory } = await surroundings(session);
    const { program, version, healthPath } = editor;
    const idleMs = order.idleMs ?? profile.idleMs;
    const record = { program, version, healthPath, startedAt: now(), idleMs, directory, slotBytes, enforced };
    const running = this.#take(id, { place, units, record });
    await this.#serve(id, running, async () => {
      await files.prepare(place, { env: editorEnvironment(env), profile, directory });
      await files.keep(place, record);
      const missing = await extensions.share(editor, place, profile.extensions);
      this.#tell(id, missing[0] ?? '');
      const argv = editor.serve(place, directory);
      await units.start({ place, argv, memoryBytes: cap, slotBytes: enforced ? slotBytes : null });
    });
  }

  /** Until it serves. Rejects once nothing of it is left. */
  async #serve(id: string, running: RunningEditor, begin = async () => {}): Promise<void> {
    const { files, registry } = this.#o;
    try {
      await begin();
      await running.untilReady(files);
      await files.guard(running.place);
      typable(registry.resolve(id));
      running.enter();
    } catch (error) {
      const why = error instanceof BerthError ? error : editorFailed(running.record, messageOf(error));
      this.#tell(id, why.message);
      await this.#stopped(id);
      // Where its session ended under it, that is what went wrong.
      typable(registry.resolve(id));
      throw why;
    }
  }

  #take(sessionId: string, held: Held): RunningEditor {
    const { door, now, registry } = this.#o;
    const running: RunningEditor = new RunningEditor({
      ...held,
      ...{ door, now },
      suspended: () => registry.get(sessionId)?.state === 'suspended',
      onUse: () => void this.#still(sessionId, running, () => this.#keep(running)),
      onIdle: () => void this.#still(sessionId, running, () => this.#idled(sessionId, running)),
      onGone: () => void this.#still(sessionId, running, () => this.#crashed(sessionId, running)),
    });
    this.#running.set(sessionId, running);
    return running;
  }

  /** Work on an editor, unless another one or none runs by then. */
  async #still(sessionId: string, running: RunningEditor, work: () => Promise<void>): Promise<void> {
    await this.#work.run([sessionId], async () => {
      if (!this.#over && this.#running.get(sessionId) === running) await work();
    });
  }

  async #keep({ place, record }: RunningEditor): Promise<void> {
    await this.#o.files.keep(place, record).catch((error: unknown) => {
      const told = { session: place.sessionId, error: messageOf(error) };
      this.#o.log(told, 'cannot write down who uses an editor');
    });
  }

  async #idled(sessionId: string, running: RunningEditor): Promise<void> {
    const until = running.idleUntil;
    if (until === null || until > this.#o.now()) return running.waitForIdle();
    this.#o.log({ session: sessionId }, 'an editor that nobody used is stopped');
    await this.#stopped(sessionId);
  }

  async #crashed(sessionId: string, { place, record }: RunningEditor): Promise<void> {
    const { registry, files, log, ending } = this.#o;
    const session = registry.get(sessionId);
    // Where that cannot be told it is no reason to be silent.
    const lives = !!session && isActive(session) && !(await ending(session).catch(() => false));
    if (lives && !session.intent) {
      const words = await files.lastWords(place);
      const what = `${record.program} ended by itself${words && `: ${words}`}`;
      this.#tell(sessionId, what);
      registry.notice('EDITOR_FAILED', `the editor of ${sessionId} is gone: ${what}`, sessionId);
      log({ session: sessionId }, 'an editor ended by itself');
    }
    await this.#stopped(sessionId, lives);
  }

  #changed(session: Session): void {
    const running = this.#running.get(session.id);
    if (!running) return;
    if (isFinal(session.state)) void this.#work.run([session.id], () => this.#stopped(session.id));
    else running.waitForIdle();
  }

  /** Ends it, if it runs, and gives back what it held. */
  async #stopped(sessionId: string, lives = this.#lives(sessionId)): Promise<void> {
    const running = this.#running.get(sessionId);
    if (!running) return;
    running[Symbol.dispose]();
    await this.#end(running, lives);
    this.#running.delete(sessionId);
  }

  #lives(sessionId: string): boolean {
    const session = this.#o.registry.get(sessionId);
    return session !== undefined && isActive(session);
  }

  async #end({ place, units, record }: Held, sessionLives: boolean): Promise<void> {
    const { files, log } = this.#o;
    try {
      await units.stop(place, record.enforced && sessionLives ? record.slotBytes : null);
      await files.clear(place);
    } catch (error) {
      // The record stays: the next agent tries again.
      log({ session: place.sessionId, error: messageOf(error) }, 'an editor could not be ended');
    }
  }

  #tell(sessionId: string, detail: string): void {
    if (detail === '') this.#details.delete(sessionId);
    else this.#details.set(sessionId, detail);
  }
}

const NONE: EditorSnapshot = {
  ...{ state: 'stopped', program: '', version: '', startedAt: null, idleSince: null },
  ...{ connections: 0, memoryBytes: 0, directory: '', detail: '' },
};
