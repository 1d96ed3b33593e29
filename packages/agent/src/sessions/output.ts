/** Reading a session's transcript, and following it while it grows. */
import { isFinal } from '@berth/shared/domain/session-state';
import type { Session } from '../domain/session.ts';
import { Bell } from './bell.ts';
import type { SessionFiles } from './files-port.ts';
import type { TranscriptChunk, Transcripts } from './ports.ts';
import type { Registry } from './registry.ts';
import type { Supervisor } from './supervisor.ts';

export interface OutputRequest {
  readonly sessionId: string;
  /** First byte wanted. */
  readonly offset: number;
  readonly follow: boolean;
}

/**
 * Chunks in order, each byte once. With `follow` it ends after the session did, when everything
 * it printed has been delivered. Aborting the signal ends it at once.
 */
export async function* readOutput(
  request: OutputRequest,
  ports: { registry: Registry; supervisor: Supervisor; files: SessionFiles; transcripts: Transcripts },
  signal: AbortSignal,
): AsyncGenerator<TranscriptChunk> {
  const { registry, supervisor, files, transcripts } = ports;
  const paths = files.paths(request.sessionId);
  // Subscribed before the first look, so that no news falls between a look and the wait.
  const bell = new Bell();
  using _output = supervisor.onOutput(request.sessionId, () => bell.ring());
  let offset = request.offset;
  while (!signal.aborted) {
    bell.reset();
    const final = isFinal(stateOf(registry.get(request.sessionId)));
    for await (const chunk of transcripts.read(paths, { offset, signal })) {
      offset = chunk.offset + chunk.data.length;
      yield chunk;
    }
    if (final || !request.follow) return;
    await bell.rung(signal);
  }
}

function stateOf(session: Session | undefined): Session['state'] {
  return session?.state ?? 'lost';
}
