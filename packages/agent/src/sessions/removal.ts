/**
 * Sessions that are removed for good. The removal is committed first, with what it frees; then their
 * files go. What a crash leaves of them between the two goes at the next start.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { DiskUse } from '@berth/shared/domain/workspace-source';
import type { Session } from '../domain/session.ts';
import type { RequestKey } from './commands.ts';
import type { DiskKeeper } from './disk-keeper.ts';
import type { SessionFiles } from './files-port.ts';
import type { Journal } from './journal-port.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { Registry } from './registry.ts';

export interface RemovalOptions {
  readonly registry: Registry;
  readonly journal: Pick<Journal, 'setting'>;
  readonly files: SessionFiles;
  readonly disk: DiskKeeper;
  /** Something of a session could not be removed; it is tried again at the next start. */
  readonly onProblem: (sessionId: string, error: unknown) => void;
  /** A named point in the code, for tests that cause failures there. */
  readonly reached: (point: string) => Promise<void>;
}

const NOTHING: DiskUse = { workspaceBytes: 0, transcriptBytes: 0, outputBytes: 0 };
/** What was freed is kept for the same answer to the same request. */
const setting = (sessionId: string) => `removed:${sessionId}`;

export class Removal {
  readonly #o: RemovalOptions;
  readonly #removing = new OneAtATime();

  constructor(options: RemovalOptions) {
    this.#o = options;
  }

  /** Resolves with what was freed once all of it is gone. Throws SESSION_ALIVE. */
  async remove({ key, session: reference }: { key: RequestKey; session: string }): Promise<DiskUse> {
    const { registry } = this.#o;
    return await this.#removing.run([key.requestId], async () => {
      const before = registry.grantedTo('Delete', key);
      if (before !== null) return this.#freed(before);
      const { id } = this.#ended(reference);
      return await this.#removing.run([id], () => this.#remove(this.#ended(id), key));
    });
  }

  /** Takes away what a crash left of sessions that were removed. */
  async sweep(): Promise<void> {
    const { files, journal, registry, onProblem } = this.#o;
    const removed = (id: string) => !registry.get(id) && journal.setting(setting(id)) !== null;
    for (const id of await files.leftovers(removed)) {
      await files.remove(id).catch((error: unknown) => onProblem(id, error));
    }
  }

  async #remove(session: Session, key: RequestKey): Promise<DiskUse> {
    const { registry, files, disk, onProblem, reached } = this.#o;
    const { id } = session;
    const freed = await disk.use(session).catch((error: unknown) => {
      onProblem(id, error);
      return NOTHING;
    });
    const freedBytes = freed.workspaceBytes + freed.transcriptBytes + freed.outputBytes;
    registry.remove(id, {
      request: { ...key, method: 'Delete', sessionId: id },
      freedBytes,
      settings: [{ name: setting(id), value: JSON.stringify(freed) }],
    });
    await reached('delete.committed');
    // It is removed, whatever stays of its files: the operator is told of that.
    await files.remove(id).catch((error: unknown) => onProblem(id, error));
    disk.removed(id, freedBytes);
    return freed;
  }

  #ended(reference: string): Session {
    const session = this.#o.registry.resolve(reference);
    if (isFinal(session.state)) return session;
    throw new BerthError('SESSION_ALIVE', `cannot remove ${session.id}: it is ${session.state}`);
  }

  #freed(sessionId: string): DiskUse {
    const kept = this.#o.journal.setting(setting(sessionId));
    return kept === null ? NOTHING : (JSON.parse(kept) as DiskUse);
  }
}
