/** The numbered facts of a host's journal, as both sides name them. Times in ms, sizes in bytes. */
import type { Activity, AttentionKind, AttentionSnapshot, ClearReason, EvidenceSource } from './attention.ts';
import type { ExternalSnapshot } from './external-session.ts';
import type { Artifact } from './session-details.ts';
import type { SessionSnapshot } from './session-snapshot.ts';

export type Fact =
  | { readonly type: 'sessionChanged'; readonly session: SessionSnapshot }
  /** Removed for good: it is in no list any more. */
  | { readonly type: 'sessionRemoved'; readonly freedBytes: number }
  | { readonly type: 'hostNotice'; readonly reason: string; readonly message: string }
  /** `attention.event` is the number of the event itself. */
  | { readonly type: 'attentionRaised'; readonly attention: AttentionSnapshot }
  | {
      readonly type: 'attentionCleared';
      readonly kind: AttentionKind;
      readonly raised: number;
      readonly reason: ClearReason;
    }
  | { readonly type: 'attentionSnoozed'; readonly until: number }
  | {
      readonly type: 'activityChanged';
      readonly activity: Activity;
      readonly source: EvidenceSource;
      readonly message: string;
    }
  | { readonly type: 'outputChanged'; readonly printing: boolean; readonly transcriptEnd: number }
  | {
      readonly type: 'filesChanged';
      readonly folders: readonly string[];
      readonly files: number;
      readonly incomplete: boolean;
    }
  | { readonly type: 'artifactChanged'; readonly artifact: Artifact; readonly removed: boolean }
  | {
      readonly type: 'memoryPressure';
      readonly high: boolean;
      readonly usedBytes: number;
      readonly slotBytes: number;
    }
  | { readonly type: 'clientsChanged'; readonly attachedClients: number; readonly attached: boolean }
  | {
      /** It raises attention where `session.attention.event` is the number of the event itself. */
      readonly type: 'externalChanged';
      readonly session: ExternalSnapshot;
      readonly gone: boolean;
      /** Why what it asked for before is asked no more; absent where nothing ended. */
      readonly cleared?: ClearReason;
    };

/** One fact with its number. Numbers have no gaps. */
export interface HostEvent {
  readonly number: number;
  readonly at: number;
  /** Empty for events of the host. */
  readonly sessionId: string;
  /** The session's name at that time; may be empty. */
  readonly sessionName: string;
  readonly fact: Fact;
}

/** What a person or a script asks for: `berth watch --only`. */
export const EVENT_KINDS = [
  'state',
  'attention',
  'activity',
  'output',
  'files',
  'artifacts',
  'memory',
  'clients',
  'external',
  'host',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export function kindOf(fact: Fact): EventKind {
  switch (fact.type) {
    case 'sessionChanged':
    case 'sessionRemoved':
      return 'state';
    case 'hostNotice':
      return 'host';
    case 'attentionRaised':
    case 'attentionCleared':
    case 'attentionSnoozed':
      return 'attention';
    case 'activityChanged':
      return 'activity';
    case 'outputChanged':
      return 'output';
    case 'filesChanged':
      return 'files';
    case 'artifactChanged':
      return 'artifacts';
    case 'memoryPressure':
      return 'memory';
    case 'clientsChanged':
      return 'clients';
    case 'externalChanged':
      return 'external';
  }
}
