/** What a command heard of hosts is kept, for completion and for when they do not answer. */
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { createFleetCache } from './cache.ts';
import type { Answer } from './fan-out.ts';
import type { Holding } from './inventory.ts';

/** Keeps what a host told; nothing where it did not answer. */
export function rememberAnswer(answer: Answer<Holding>, { paths }: Pick<Context, 'paths'>): void {
  if (!answer.ok) return;
  const { sessions: listed, external, host: snapshot } = answer.value;
  const sessions = new Map(listed.map((session) => [session.id, session]));
  createFleetCache(paths.cacheDir).keep({
    config: answer.host,
    asOf: Date.now(),
    snapshot,
    sessions,
    external,
  });
}

/** Keeps one session that was made or changed just now, beside what is known of its host. */
export function rememberSession(
  { host, session }: { host: HostConfig; session: SessionSnapshot },
  { paths }: Pick<Context, 'paths'>,
): void {
  createFleetCache(paths.cacheDir).add(host.name, session);
}
