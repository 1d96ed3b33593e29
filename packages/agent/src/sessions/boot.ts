/** What happens before the first call is served: files and journal are brought together. */
import { messageOf } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { Session } from '../domain/session.ts';
import { neverLeftTheLine } from '../domain/session-queued.ts';
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
    const { state } = session;
    if (state === 'reserved' || state === 'expired') return;
    // What starts at once was staged with a record that says so; what waits in line first was not.
    if (state === 'starting' && session.queuedAt === undefined) return;
    const write = (last.get(session.id) ?? Promise.resolve())
      .then(() => (state === 'queued' ? options.files.adopt(session.id) : undefined))
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

/** Looks at every session that has not ended, and waits (within reason) for what that leads to. */
export async function reconcile(options: {
  registry: Registry;
  supervisor: Supervisor;
  files: SessionFiles;
}): Promise<void> {
  const { registry, supervisor, files } = options;
  for (const session of registry.all()) {
    const over = 'exitCode' in session && neverLeftTheLine(session);
    if (over && !(await files.begun(session.id))) await files.unstage(session.id);
  }
  await files.sweep((sessionId) => !isFinal(registry.get(sessionId)?.state ?? 'expired'));
  for (const session of registry.all()) {
    // What is not there any more is laid out anew by its lane.
    if (session.state === 'queued') await files.adopt(session.id).catch(() => {});
    if (!isFinal(session.state)) supervisor.adopt(session);
  }
  await Promise.race([supervisor.settled(), new Promise((resolve) => setTimeout(resolve, BOOT_MS).unref())]);
}
