/** What happens before the first call is served: files and journal are brought together. */
import { messageOf } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Session } from '../domain/session.ts';
import type { SessionFiles } from './files-port.ts';
import type { Registry } from './registry.ts';
import type { Supervisor } from './supervisor.ts';

/** Ends waiting for lanes: a session that cannot be observed must not keep the host from serving. */
const BOOT_MS = 10_000;

/**
 * After a damaged journal was put aside: every session that left a record beside its files is
 * entered again, as it was last recorded. What happened since is found out by its lane, as after
 * any restart.
 */
async function rebuild(options: {
  registry: Registry;
  files: SessionFiles;
}): Promise<{ sessions: number; problems: string[] }> {
  const { records, problems } = await options.files.saved();
  for (const { session, request } of records) {
    if (!options.registry.get(session.id)) options.registry.insert(session, request ?? undefined);
  }
  return { sessions: records.length, problems };
}

/** The same, with what is to be said of it: to the operator as an event, in the log and as warnings. */
export async function rebuildFrom(
  damaged: { readonly keptAt: string; readonly error: unknown },
  options: { registry: Registry; files: SessionFiles },
) {
  const rebuilt = await rebuild(options);
  const message = `the journal was damaged (${messageOf(damaged.error)}) and is kept at ${damaged.keptAt}; ${rebuilt.sessions} sessions were rebuilt from their files`;
  options.registry.notice('JOURNAL_REBUILT', message);
  return {
    message,
    fields: { keptAt: damaged.keptAt, problems: rebuilt.problems },
    problems: rebuilt.problems.map((problem) => `not rebuilt: ${oneLine(problem)}`),
  };
}

/** Keeps each session's record beside its files from now on. Disposing waits for what is being written. */
export function keepRecords(options: {
  registry: Registry;
  files: SessionFiles;
  onProblem: (session: Session, error: unknown) => void;
}): AsyncDisposable {
  const last = new Map<string, Promise<void>>();
  options.registry.onChange((session) => {
    if (session.state === 'reserved' || session.state === 'expired' || session.state === 'starting') return;
    const write = (last.get(session.id) ?? Promise.resolve())
      .then(() => options.files.update(session))
      .catch((error: unknown) => options.onProblem(session, error))
      .finally(() => {
        if (last.get(session.id) === write) last.delete(session.id);
      });
    last.set(session.id, write);
  });
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(last.values());
    },
  };
}

/** Looks at every session that holds a slot, and waits (within reason) for what that leads to. */
export async function reconcile(options: {
  registry: Registry;
  supervisor: Supervisor;
  files: SessionFiles;
  held: (session: Session) => boolean;
}): Promise<void> {
  const { registry, supervisor, files, held } = options;
  await files.sweep((sessionId) => registry.get(sessionId) !== undefined);
  for (const session of registry.all()) {
    if (held(session)) supervisor.adopt(session);
  }
  await Promise.race([supervisor.settled(), new Promise((resolve) => setTimeout(resolve, BOOT_MS).unref())]);
}
