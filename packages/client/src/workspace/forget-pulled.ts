/** What a repository remembers of pulls, let go with the sessions it is about. */
import { PULLED, references, updateReferences } from '../git/local-branches.ts';
import { openRepository } from '../git/repository.ts';
import { mayHaveRepository } from './near-repository.ts';

/**
 * In the repository that the directory belongs to, if it belongs to one; branches stay. Never rejects:
 * what is left behind does no harm, and the sessions are gone already.
 */
export async function forgetPulled(
  sessions: readonly string[],
  { directory, env }: { directory: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  if (sessions.length === 0 || !mayHaveRepository(directory, env)) return;
  try {
    const repository = await openRepository(directory, env);
    if (repository === null) return;
    const { git } = repository;
    const gone = new Set(sessions);
    const marks = await references(git, [PULLED]);
    const updates = [...marks]
      .filter(([reference]) => gone.has(reference.slice(PULLED.length).split('/')[0] ?? ''))
      .map(([reference, from]) => ({ reference, to: '', from }));
    if (updates.length > 0) await updateReferences(git, updates, 'berth rm');
  } catch {
    // As above.
  }
}
