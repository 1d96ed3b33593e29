/**
 * Where machines come from. A provider knows machines by the names that their hosts have in the
 * fleet, and does seven things; what it cannot do it leaves out of its capabilities and refuses.
 *
 * Promises that every provider keeps, and that commands build on:
 * - `create` is idempotent by name: asked again for a machine that is there it answers with that one;
 * - a call answers when what it was asked for has come about, however long that takes, and tells of
 *   its progress meanwhile: nobody polls;
 * - one machine a call, so that each has an outcome of its own;
 * - every rejection is a BerthError; a list that failed is never an empty one.
 */

export type MachineState =
  | 'creating'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'deleting'
  | 'failed'
  | 'unknown';

export interface Machine {
  /** Unique within its provider; that of its host. */
  readonly name: string;
  /** The provider's own; may be empty. */
  readonly id: string;
  readonly state: MachineState;
  /** A tier, or the provider's name for a size; empty where it does not tell. */
  readonly size: string;
  readonly region: string;
  /** For ssh; null while it has none. */
  readonly address: string | null;
  readonly user: string | null;
  readonly port: number | null;
  /** Public keys of its sshd, type and key; known to be its own. */
  readonly hostKeys: readonly string[];
  /** US dollars an hour while it runs; null where nobody knows. */
  readonly price: number | null;
}

export interface MachineWish {
  readonly name: string;
  /** Empty: the provider's usual one. */
  readonly size: string;
  readonly region: string;
}

export interface SizePrice {
  readonly size: string;
  readonly region: string;
  /** 0 where the provider does not tell. */
  readonly memoryBytes: number;
  /** US dollars. */
  readonly perHour: number;
}

export interface Quota {
  /** In the provider's words: machines, CPUs of a family. */
  readonly name: string;
  readonly region: string;
  readonly used: number;
  /** Null: none. */
  readonly limit: number | null;
}

export const CAPABILITIES = ['create', 'start', 'stop', 'delete', 'price', 'quota'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** While a call is under way. */
export interface Work {
  /** The caller waits no longer: what was begun may go on, and is found by the next call. */
  readonly signal?: AbortSignal;
  /** `share` from 0 to 1, where it is known. */
  readonly progress?: (step: string, share?: number) => void;
}

export interface Provider {
  /** As the user calls it. */
  readonly name: string;
  readonly kind: 'static' | 'local' | 'exec';
  capabilities(work?: Work): Promise<ReadonlySet<Capability>>;
  /** All machines that it manages, in no order. */
  list(work?: Work): Promise<readonly Machine[]>;
  /** Answers when the machine can be logged in to. Errors: NO_CAPACITY, PERMISSION_DENIED, PROVIDER_FAILED. */
  create(wish: MachineWish, work?: Work): Promise<Machine>;
  /** Of a machine that runs: succeeds. Errors: HOST_NOT_FOUND. */
  start(name: string, work?: Work): Promise<Machine>;
  /** The machine keeps its disk. Of one that is stopped: succeeds. */
  stop(name: string, work?: Work): Promise<Machine>;
  /** With its disk. Of a machine that is not there: succeeds. */
  delete(name: string, work?: Work): Promise<void>;
  /** Empty region: its usual one. */
  price(region: string, work?: Work): Promise<readonly SizePrice[]>;
  quota(region: string, work?: Work): Promise<readonly Quota[]>;
}
