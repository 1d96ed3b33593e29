/** What a call of the page is: its parameters as they must be, and what it does. */
import type { ZodType } from 'zod';
import type { Context } from '../../context.ts';
import type { LiveFleet } from '../../fleet/live-fleet.ts';
import type { Apps } from '../apps.ts';
import type { ArtifactLinks } from '../artifact-links.ts';
import type { UiCalls } from '../protocol.ts';

export interface Call<Method extends keyof UiCalls> {
  readonly params: ZodType<UiCalls[Method]['params']>;
  /** Rejects with a BerthError. The signal: the page waits no more. */
  run(params: UiCalls[Method]['params'], signal: AbortSignal): Promise<UiCalls[Method]['result']>;
}

export type Calls = { readonly [Method in keyof UiCalls]: Call<Method> };

/** What calls need of the server. */
export interface CallPorts {
  readonly context: Context;
  readonly fleet: Pick<LiveFleet, 'hosts'>;
  readonly apps: Apps;
  readonly artifacts: ArtifactLinks;
  /** Of the server. */
  readonly port: number;
}
