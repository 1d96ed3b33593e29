/**
 * Tells of files of sessions that run: activity in the workspace, and artifacts. What happened
 * to artifacts while no agent ran is told by the next one; of the workspace it is not.
 */
import { FileActivity } from '../domain/file-activity.ts';
import { holdsSlot, isActive, type Session } from '../domain/session.ts';
import { ArtifactWatch } from './artifact-watch.ts';
import type { SessionFiles } from './files-port.ts';
import type { Artifacts, Watcher } from './ports.ts';
import type { Registry } from './registry.ts';
import { workspaceOf } from './workspace-of.ts';

export interface FileNewsOptions {
  readonly registry: Registry;
  readonly files: SessionFiles;
  readonly watcher: Watcher;
  readonly artifacts: Artifacts;
  /** Ms; only differences count. */
  readonly now: () => number;
  readonly onProblem: (sessionId: string, error: unknown) => void;
}

/** Sessions that ended lately, at a start. */
const LOOKED_AT_AGAIN = 50;

interface Followed {
  readonly artifacts: ArtifactWatch;
  readonly watches: DisposableStack;
}

export class FileNews implements AsyncDisposable {
  readonly #options: FileNewsOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #ending = new Set<Promise<void>>();
  readonly #listener: Disposable;
  #over = false;

  /** Takes up the sessions that run already. */
  constructor(options: FileNewsOptions) {
    this.#options = options;
    this.#listener = options.registry.onChange((session) => this.#changed(session));
    for (const session of options.registry.all()) this.#changed(session);
    this.#end(this.#lookAtEnded());
  }

  /** An agent that died right after a session did may have left its last artifacts untold. */
  async #lookAtEnded(): Promise<void> {
    const ended = [...this.#options.registry.all()].filter((session) => 'endedAt' in session);
    ended.sort((a, b) => b.endedAt - a.endedAt);
    for (const { id } of ended.slice(0, LOOKED_AT_AGAIN)) {
      if (!this.#over) await this.#artifactsOf(id).end();
    }
  }

  #changed(session: Session): void {
    const { id } = session;
    const followed = this.#followed.get(id);
    if (isActive(session) && session.state !== 'starting' && !followed)
      this.#followed.set(id, this.#follow(session));
    if (!followed || holdsSlot(session)) return;
    this.#followed.delete(id);
    followed.watches.dispose();
    this.#end(followed.artifacts.end());
  }

  #end(work: Promise<void>): void {
    const ending = work.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #artifactsOf(sessionId: string): ArtifactWatch {
    const { registry, files, artifacts } = this.#options;
    const paths = files.paths(sessionId);
    const onProblem = (error: unknown) => this.#options.onProblem(sessionId, error);
    return new ArtifactWatch({ sessionId, paths, artifacts, registry, onProblem });
  }

  #follow(session: Session): Followed {
    const { files, watcher } = this.#options;
    const paths = files.paths(session.id);
    const artifacts = this.#artifactsOf(session.id);
    const watches = new DisposableStack();
    watches.use(watcher.tree(paths.outputDir, { ignoring: false }, () => artifacts.changed()));
    watches.use(this.#followWorkspace(session.id, workspaceOf(session, paths)));
    return { artifacts, watches };
  }

  #followWorkspace(sessionId: string, workspace: string): Disposable {
    const { registry, watcher, now, onProblem } = this.#options;
    const activity = new FileActivity();
    let timer: NodeJS.Timeout | null = null;
    const tell = () => {
      timer = null;
      const fact = activity.take(now());
      try {
        if (fact) registry.tell([fact], { sessionId });
      } catch (error) {
        onProblem(sessionId, error);
      }
      later();
    };
    const later = () => {
      const due = activity.dueAt();
      if (due === null || timer) return;
      timer = setTimeout(tell, Math.max(due - now(), 1));
      timer.unref();
    };
    const ends = new DisposableStack();
    ends.defer(() => clearTimeout(timer ?? undefined));
    ends.use(
      watcher.tree(workspace, { ignoring: true }, (change) => {
        activity.add(change, now());
        later();
      }),
    );
    return ends;
  }

  /** Sessions go on without it; what they leave is told by the next. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    this.#listener[Symbol.dispose]();
    const followed = [...this.#followed.values()];
    for (const { watches } of followed) watches.dispose();
    await Promise.all([...this.#ending, ...followed.map(({ artifacts }) => artifacts.stop())]);
  }
}
