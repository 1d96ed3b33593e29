import type { DiskUse } from '@berth/shared/domain/workspace-source';
import type { SessionPaths } from './ports.ts';

/** Bytes as the disk counts them. Either may take seconds for many files. */
export interface DiskMeter {
  session(paths: SessionPaths): Promise<DiskUse>;
  /** All of them together: what several share counts once. */
  total(): Promise<{ readonly sessionsBytes: number; readonly repositoriesBytes: number }>;
}
