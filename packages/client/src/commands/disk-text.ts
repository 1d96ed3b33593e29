/** Room on the disk, as people and programs read it. */
import { formatMemory } from '@berth/shared/domain/memory';
import type { DiskUse } from '@berth/shared/domain/workspace-source';

export function diskBytes({ workspaceBytes, transcriptBytes, outputBytes }: DiskUse): number {
  return workspaceBytes + transcriptBytes + outputBytes;
}

/** `1.2 GiB: workspace 1.1 GiB, transcript 2 MiB, output 0 B` */
export function diskText(use: DiskUse): string {
  const { workspaceBytes, transcriptBytes, outputBytes } = use;
  const parts = [
    `workspace ${formatMemory(workspaceBytes)}`,
    `transcript ${formatMemory(transcriptBytes)}`,
    `output ${formatMemory(outputBytes)}`,
  ];
  return `${formatMemory(diskBytes(use))}: ${parts.join(', ')}`;
}

export function diskJson({ workspaceBytes, transcriptBytes, outputBytes }: DiskUse) {
  return {
    workspace_bytes: workspaceBytes,
    transcript_bytes: transcriptBytes,
    output_bytes: outputBytes,
  };
}
