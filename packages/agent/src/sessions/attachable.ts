/** What a client's terminal can be put on: a session of ours, or one of another's tool. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { externalAsSession, externalName } from '@berth/shared/domain/external-session';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';
import type { Live, Session } from '../domain/session.ts';
import type { Describe } from './describe.ts';
import type { ExternalTerminals } from './external-terminals.ts';
import type { SessionFiles } from './files-port.ts';
import type { Notice, Screens, Terminals, TmuxSession } from './ports.ts';
import type { Registry } from './registry.ts';

export interface Attachable {
  readonly id: string;
  readonly on: TmuxSession;
  snapshot(): Promise<SessionSnapshot>;
  /** Somebody types into it: called before it is done. */
  typed(): void;
  notify(notice: Notice): Promise<void>;
  /** As it is once its terminal has ended; where that was its own end, once that is recorded. */
  ended(signal: AbortSignal): Promise<SessionSnapshot>;
}

export interface AttachableOptions {
  readonly registry: Registry;
  readonly files: SessionFiles;
  readonly describe: Describe;
  readonly screens: Pick<Screens, 'notify'>;
  readonly terminals: Pick<Terminals, 'observe'>;
  readonly typed: (sessionId: string) => void;
  readonly external: ExternalTerminals;
}

/** A session that ended under an attach is given this long to be recorded as ended. */
const END_MS = 8000;

/** Throws SESSION_NOT_FOUND, NAME_AMBIGUOUS, SESSION_ENDED. */
export async function attachable(reference: string, options: AttachableOptions): Promise<Attachable> {
  const name = externalName(reference);
  return name === null ? ours(reference, options) : await others(name, options.external);
}

function ours(
  reference: string,
  { registry, files, describe, screens, terminals, typed }: AttachableOptions,
): Attachable {
  const session = typable(registry.resolve(reference));
  const { id } = session;
  const paths = files.paths(id);
  return {
    id,
    on: { socket: paths.tmuxSocket, name: 'main' },
    snapshot: () => describe(registry.get(id) ?? session),
    typed: () => typed(id),
    notify: (notice) => screens.notify(paths, notice),
    // tmux says goodbye before the end of a session is recorded: wait for the record, not for ever.
    async ended(signal) {
      // Only detached, by somebody else: it lives on, and there is nothing to wait for.
      const seen = await terminals.observe(paths).catch(() => null);
      if (seen && !seen.dead) return await describe(registry.get(id) ?? session);
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(END_MS)]);
      const over = registry.until(id, ({ state }) => isFinal(state), deadline);
      return await describe(await over.catch(() => registry.get(id) ?? session));
    },
  };
}

async function others(name: string, external: ExternalTerminals): Promise<Attachable> {
  const session = externalAsSession(await external.live(name));
  return {
    id: session.id,
    on: { socket: null, name },
    snapshot: async () => session,
    typed: () => external.typed(name),
    notify: (notice) => external.notify(notice),
    ended: async () => externalAsSession(await external.now(name)),
  };
}

/** Throws unless the session has a terminal. */
export function typable(session: Session): Live {
  if (session.state === 'running' || session.state === 'suspended') return session;
  if (isFinal(session.state)) {
    throw new BerthError('SESSION_ENDED', `session ${session.id} has ended: it is ${session.state}`, {
      values: { session: session.id },
    });
  }
  throw new BerthError(
    'SESSION_NOT_RUNNING',
    `session ${session.id} does not run yet: it is ${session.state}`,
  );
}

/** Throws unless the session takes what is typed: nobody would read it while it is suspended. */
export function listening(session: Session): Session {
  if (session.state !== 'suspended') return typable(session);
  throw new BerthError('SESSION_NOT_RUNNING', `session ${session.id} is suspended: it takes no input`, {
    hint: 'let it go on first: berth resume SESSION',
  });
}
