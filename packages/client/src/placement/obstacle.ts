/** What keeps a host from taking a session, each with words of its own. Pure. */
import type { BerthError } from '@berth/shared/domain/berth-error';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import { compatibility, VERSION } from '@berth/shared/domain/version';
import type { HostConfig } from '../config/remotes.ts';
import { counted } from '../render/counted.ts';
import { tierNamed, tierOfMemory } from './tiers.ts';

/** What the user wants of the host. */
export interface Constraints {
  /** Of the slot; 0: the host's default. */
  readonly memoryBytes: number;
  readonly region: string | null;
  /** A tier, or a provider's name of a machine. */
  readonly size: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Only a host that holds no session. */
  readonly fresh: boolean;
  /** Empty: whatever the host has. */
  readonly preset: string;
}

/** A host with what it told of itself, or what kept it from telling. */
export type Candidate = {
  readonly host: HostConfig;
  /** What stands against it whatever it told. */
  readonly obstacle?: Obstacle;
} & (
  | { readonly snapshot: HostSnapshot; readonly error?: never }
  | { readonly error: BerthError; readonly snapshot?: never }
);

export type ObstacleKind =
  /** The request, or the pool, leaves it out. */
  | 'unwanted'
  | 'unreachable'
  | 'version'
  | 'draining'
  | 'preset'
  | 'disk'
  /** The slot is larger than the host. */
  | 'too-small'
  | 'full'
  /** There is room, but somebody waits in line for it. */
  | 'line'
  /** The host itself said no. */
  | 'refused';

export interface Obstacle {
  readonly kind: ObstacleKind;
  /** For people: why the host is passed over. */
  readonly words: string;
  readonly error?: BerthError;
}

/** The first thing that stands against the host, or null if it can take the session. */
export function obstacleOf(constraints: Constraints, candidate: Candidate): Obstacle | null {
  const { host, snapshot, error } = candidate;
  if (candidate.obstacle) return candidate.obstacle;
  const unwanted = unwantedFor(constraints, host, snapshot ?? null);
  if (unwanted) return { kind: 'unwanted', words: unwanted };
  if (error) return silent(error);
  return (
    versionObstacle(snapshot) ?? hostObstacle(constraints, snapshot) ?? slotObstacle(constraints, snapshot)
  );
}

/** Whether the host has to be asked before it is known that the request wants it. */
export function mustAsk({ fresh, size }: Constraints, host: HostConfig): boolean {
  return fresh || (size !== null && host.size === undefined);
}

/** Why the request leaves the host out; null: it does not. Without a snapshot only what is known without. */
export function unwantedFor(
  { region, size, labels }: Constraints,
  host: HostConfig,
  snapshot: HostSnapshot | null,
): string | null {
  if (region !== null && host.region !== region)
    return host.region ? `it is in ${oneLine(host.region)}` : 'its region is not known';
  const wrong = size === null ? null : otherSize(size, host, snapshot);
  if (wrong) return wrong;
  for (const [key, value] of Object.entries(labels)) {
    const has = Object.hasOwn(host.labels, key) ? host.labels[key] : undefined;
    if (has === undefined) return `it has no label ${oneLine(key)}`;
    if (has !== value) return `its label ${oneLine(key)} is ${oneLine(has)}`;
  }
  return null;
}

function otherSize(wanted: string, host: HostConfig, snapshot: HostSnapshot | null): string | null {
  const size = host.size ?? '';
  if (size.toLowerCase() === wanted.toLowerCase()) return null;
  const told = tierNamed(size);
  const tier = size === '' && snapshot ? tierOfMemory(snapshot.ledger.memoryTotalBytes) : told;
  // A machine that a provider sells by that name, or one of which no more than the tier is known.
  const wantsTier = tierNamed(wanted) === wanted.toLowerCase();
  const exact = !wantsTier && size !== '' && told !== size.toLowerCase();
  if (!exact && tier !== null && tier === tierNamed(wanted)) return null;
  if (size !== '') return `its size is ${oneLine(size)}`;
  if (snapshot) return `it has ${formatMemory(snapshot.ledger.memoryTotalBytes)} of memory`;
  // It can tell by its memory, once it is asked.
  return null;
}

function silent(error: BerthError): Obstacle {
  const kind: ObstacleKind = error.reason === 'VERSION_MISMATCH' ? 'version' : 'unreachable';
  return { kind, words: oneLine(error.message), error };
}

function versionObstacle({ version }: HostSnapshot): Obstacle | null {
  if (compatibility(VERSION, version) === 'ok') return null;
  const words = `its agent is of version ${oneLine(version)}, and berth of ${VERSION}`;
  return { kind: 'version', words };
}

function hostObstacle({ fresh, preset }: Constraints, snapshot: HostSnapshot): Obstacle | null {
  const { draining, disk, ledger, queue } = snapshot;
  if (draining) return { kind: 'draining', words: 'it is draining' };
  if (fresh && ledger.heldSlots + queue.sessions > 0) {
    const words = `it holds ${counted(ledger.heldSlots + queue.sessions, 'session')}`;
    return { kind: 'refused', words };
  }
  if (preset !== '' && !snapshot.presets.some(({ name, available }) => name === preset && available)) {
    return { kind: 'preset', words: `${oneLine(preset)} is not there` };
  }
  if (disk.quotaBytes > 0 && disk.usedBytes >= disk.quotaBytes) {
    const words = `its disk quota is used up: ${formatMemory(disk.usedBytes)} of ${formatMemory(disk.quotaBytes)}`;
    return { kind: 'disk', words };
  }
  return null;
}

function slotObstacle({ memoryBytes }: Constraints, { ledger, queue }: HostSnapshot): Obstacle | null {
  const { capacityBytes, heldBytes, defaultSlotBytes } = ledger;
  const slot = memoryBytes || defaultSlotBytes;
  if (slot <= 0 || slot > capacityBytes) {
    return { kind: 'too-small', words: `it has ${formatMemory(capacityBytes)} for sessions in all` };
  }
  if (heldBytes + slot > capacityBytes) {
    const free = `${formatMemory(Math.max(0, capacityBytes - heldBytes))} of ${formatMemory(capacityBytes)} free`;
    const waiting = queue.sessions > 0 ? `, ${queue.sessions} in line` : '';
    return { kind: 'full', words: `it is full: ${free}${waiting}` };
  }
  // Whoever waits there came first.
  if (queue.sessions > 0)
    return { kind: 'line', words: `${counted(queue.sessions, 'session')} in line there` };
  return null;
}
