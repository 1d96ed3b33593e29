/** `berth dash`, given a terminal: the live view until the person leaves it. */
import type { Context } from '../context.ts';
import type { LiveFleet } from '../fleet/live-fleet.ts';
import type { Place } from '../fleet/resolve.ts';
import { App } from './app.tsx';
import { fleetPorts } from './fleet-ports.ts';
import { onScreen } from './open.tsx';

export interface DashOptions {
  readonly context: Context;
  readonly fleet: LiveFleet;
  /** On the bare terminal; resolves with one line about how it ended. */
  readonly attach: (place: Place) => Promise<string>;
}

export async function runDash({ context, fleet, attach }: DashOptions): Promise<void> {
  await onScreen(context.console, (screen) => (
    <App ports={fleetPorts({ context, fleet, attach: (place) => screen.apart(() => attach(place)) })} />
  ));
}
