/** A session with what can be seen of it now: the form in which it is told to others. */
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isActive, type Session } from '../domain/session.ts';
import { NO_OVERLAY, type Overlay, snapshot } from '../domain/snapshot.ts';
import type { Attachments } from './attachments.ts';
import type { SessionFiles } from './files-port.ts';
import type { Transcripts } from './ports.ts';
import type { UsageMeter } from './usage.ts';
import { workspaceOf } from './workspace-of.ts';

export type Describe = (session: Session) => Promise<SessionSnapshot>;

export function createDescribe(ports: {
  files: SessionFiles;
  transcripts: Transcripts;
  attachments: Attachments;
  usage: Pick<UsageMeter, 'asked'>;
  queuePlace: (session: Session) => number | null;
  overlay?: (sessionId: string) => Overlay;
}): Describe {
  return async (session) => {
    const paths = ports.files.paths(session.id);
    const extent = await ports.transcripts.extent(paths);
    return snapshot(session, {
      workspace: workspaceOf(session, paths),
      queuePlace: ports.queuePlace(session),
      attachedClients: ports.attachments.count(session.id),
      transcriptStart: extent.start,
      transcriptEnd: extent.end,
      ...(ports.overlay?.(session.id) ?? NO_OVERLAY),
      usage: isActive(session) ? ports.usage.asked(session) : null,
    });
  };
}
