/**
 * One try to start a job's session on one host. Throws what `goesElsewhere` understands: whatever it
 * says may go elsewhere has left no session behind, and a slot that is given back or lapses by itself.
 */
import { createHash } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import type { WorkspaceSource } from '@berth/shared/domain/workspace-source';
import type { HostClient } from '../rpc/host-client.ts';
import type { StartSession } from '../rpc/session-orders.ts';
import { isLost, unclear } from './outcomes.ts';

export interface Job {
  /** Of its Start, wherever it is sent. */
  readonly requestId: string;
  readonly work: Omit<StartSession, 'requestId' | 'reservation' | 'source' | 'queue'>;
}

/** What placing needs of an agent, beside what the parcel does with it. */
export type PlacementClient = Pick<
  HostClient,
  'name' | 'reserve' | 'release' | 'extend' | 'confirmSources' | 'start' | 'getSession'
>;

export interface AttemptPorts {
  newId(): string;
  /** How long a slot is held while the work is brought, in ms; told anew a third into it. */
  readonly holdMs: number;
  /** Calls back in intervals until it is disposed of. */
  every(ms: number, work: () => void): Disposable;
}

/** Tries of a bringing or a Start whose link breaks, each as long as a call may take. */
const TRIES = 2;
/** Slots of a job that may lapse on one host before it is given up there. */
const LAPSES = 3;

/** Slot and start in one step. */
export async function startAtOnce(
  client: PlacementClient,
  job: Job,
  how: { source: WorkspaceSource; queue: boolean },
): Promise<SessionSnapshot> {
  await confirm(client, how.source);
  try {
    return await start(client, job, { reservation: '', ...how });
  } catch (error) {
    if (isLost(error)) throw unclear(client.name, job.requestId, error);
    throw error;
  }
}

/**
 * Holds a slot for the job: asked again it is the same slot, or the session that was started in it
 * before. `lapsed`: how many of its slots have run out here.
 */
export async function reserve(
  client: PlacementClient,
  job: Job,
  { holdMs, lapsed = 0 }: { holdMs: number; lapsed?: number },
): Promise<SessionSnapshot> {
  const requestId = derived(job.requestId, 'reserve', client.name, lapsed);
  const { memoryBytes, name } = job.work;
  return await client.reserve({ requestId, memoryBytes, ttlMs: holdMs, name });
}

/** A slot first, then what `bring` brings, then the start. */
export async function startHeld(
  client: PlacementClient,
  job: Job,
  { bring, ports }: { bring: () => Promise<WorkspaceSource>; ports: AttemptPorts },
): Promise<SessionSnapshot> {
  let expired: unknown;
  for (let lapsed = 0; lapsed < LAPSES; lapsed++) {
    const slot = await reserve(client, job, { holdMs: ports.holdMs, lapsed });
    if (slot.state === 'expired') continue;
    if (slot.state !== 'reserved') return slot;
    let source: WorkspaceSource;
    try {
      source = await whileHeld(client, slot.id, { ports, work: () => throughBreaks(bring) });
      await confirm(client, source);
    } catch (error) {
      await giveBack(client, slot.id, ports);
      throw error;
    }
    try {
      return await start(client, job, { reservation: slot.id, source, queue: false });
    } catch (error) {
      if (isLost(error)) {
        const session = await settle(client, slot.id, { job, ports, error });
        if (session) return session;
        throw error;
      }
      if (!hasLapsed(error)) {
        await giveBack(client, slot.id, ports);
        throw error;
      }
      expired = error;
    }
  }
  throw expired ?? new BerthError('RESERVATION_EXPIRED', `the slots on ${client.name} ran out`);
}

/** Best effort: what is not given back lapses. */
export async function giveBack(client: PlacementClient, session: string, ports: AttemptPorts): Promise<void> {
  await client.release({ requestId: ports.newId(), session }).catch(() => {});
}

/** Is it still there, and does it know what comes? The last moment at which a host may go, and nothing is unclear. */
async function confirm(client: PlacementClient, source: WorkspaceSource): Promise<void> {
  if (source.kind !== 'empty') await client.confirmSources();
}

async function start(
  client: PlacementClient,
  { requestId, work }: Job,
  how: { reservation: string; source: WorkspaceSource; queue: boolean },
): Promise<SessionSnapshot> {
  return await throughBreaks(() => client.start({ requestId, ...work, ...how }));
}

/** Once more where the link breaks. */
async function throughBreaks<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      // A host that took all the time a call may take does so again.
      if (!isLost(error) || error.reason === 'DEADLINE' || tries === TRIES) throw error;
    }
  }
}

/** What became of a Start whose answer never came: the session; null: its slot is free, it never ran. */
async function settle(
  client: PlacementClient,
  session: string,
  { job, ports, error }: { job: Job; ports: AttemptPorts; error: BerthError },
): Promise<SessionSnapshot | null> {
  try {
    await client.release({ requestId: ports.newId(), session });
    return null;
  } catch (refused) {
    if (!hasLapsed(refused)) throw unclear(client.name, job.requestId, error);
  }
  try {
    const found = await client.getSession(session);
    return found.state === 'expired' ? null : found;
  } catch {
    throw unclear(client.name, job.requestId, error);
  }
}

/** An agent too old to hold it for longer, or a broken link: the slot may lapse, and is taken anew then. */
async function whileHeld<T>(
  client: PlacementClient,
  session: string,
  { ports, work }: { ports: AttemptPorts; work: () => Promise<T> },
): Promise<T> {
  using _ = ports.every(ports.holdMs / 3, () => {
    client.extend({ requestId: ports.newId(), session, ttlMs: ports.holdMs }).catch(() => {});
  });
  return await work();
}

function hasLapsed(error: unknown): boolean {
  return error instanceof BerthError && error.reason === 'RESERVATION_EXPIRED';
}

/** A request id made of another one, the same each time; any id fits into it. */
function derived(...parts: readonly (string | number)[]): string {
  return `place-${createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 40)}`;
}
