/** WorkspaceSource, WorkspaceState and DiskUse <-> berth.v1. */
import {
  type DiskReport,
  type DiskUse,
  EMPTY_SOURCE,
  type WorkspaceSource,
  type WorkspaceState,
} from '../domain/workspace-source.ts';
import {
  type MeasureDiskResponse,
  type DiskUse as WireDiskUse,
  WorkspaceSource as WireSource,
} from '../gen/berth/v1/session.ts';
import type { SnapshotResponse } from '../gen/berth/v1/workspace.ts';
import { toBytes } from './scalar.ts';

/** Undefined for an empty workspace. */
export function encodeSource(source: WorkspaceSource): WireSource | undefined {
  switch (source.kind) {
    case 'empty':
      return undefined;
    case 'directory':
      return WireSource.fromPartial({ source: { $case: 'directory', directory: source.path } });
    case 'checkout': {
      const { kind: _kind, ...checkout } = source;
      return WireSource.fromPartial({ source: { $case: 'checkout', checkout } });
    }
    case 'clone': {
      const { kind: _kind, ...clone } = source;
      return WireSource.fromPartial({ source: { $case: 'clone', clone } });
    }
  }
}

export function decodeSource(wire: WireSource | undefined): WorkspaceSource {
  const source = wire?.source;
  switch (source?.$case) {
    case undefined:
      return EMPTY_SOURCE;
    case 'directory':
      return { kind: 'directory', path: source.directory };
    case 'checkout':
      return { kind: 'checkout', ...source.checkout };
    case 'clone':
      return { kind: 'clone', ...source.clone };
  }
}

export function encodeDiskUse(use: DiskUse): WireDiskUse {
  return {
    workspaceBytes: BigInt(use.workspaceBytes),
    transcriptBytes: BigInt(use.transcriptBytes),
    outputBytes: BigInt(use.outputBytes),
  };
}

export function decodeDiskUse(use: WireDiskUse | undefined): DiskUse {
  return {
    workspaceBytes: toBytes(use?.workspaceBytes ?? 0n),
    transcriptBytes: toBytes(use?.transcriptBytes ?? 0n),
    outputBytes: toBytes(use?.outputBytes ?? 0n),
  };
}

export function encodeDiskReport(report: DiskReport): MeasureDiskResponse {
  const sessions = [...report.sessions].map(([id, use]) => [id, encodeDiskUse(use)] as const);
  return {
    sessions: Object.fromEntries(sessions),
    repositoriesBytes: BigInt(report.repositoriesBytes),
    quotaBytes: BigInt(report.quotaBytes),
  };
}

export function decodeDiskReport(response: MeasureDiskResponse): DiskReport {
  const sessions = Object.entries(response.sessions).map(([id, use]) => [id, decodeDiskUse(use)] as const);
  return {
    sessions: new Map(sessions),
    repositoriesBytes: toBytes(response.repositoriesBytes),
    quotaBytes: toBytes(response.quotaBytes),
  };
}

export function decodeWorkspaceState(response: SnapshotResponse): WorkspaceState {
  return response;
}
