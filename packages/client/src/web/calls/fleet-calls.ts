/** What is asked about the client, its hosts and the past. */

import { oneLine } from '@berth/shared/domain/text';
import { VERSION } from '@berth/shared/domain/version';
import { z } from 'zod';
import { isPassing } from '../../fleet/backoff.ts';
import type { LiveHost } from '../../fleet/live-fleet.ts';
import { examine } from '../../hosts/doctor.ts';
import { asBerthError } from '../../render/errors.ts';
import { eventRow } from '../../watch/event-row.ts';
import { layoutFile } from '../layout-file.ts';
import type { EventRow, UiError } from '../protocol.ts';
import { uiError } from '../ui-error.ts';
import type { Call, CallPorts, Calls } from './call.ts';
import { theHost } from './find-session.ts';

type FleetCalls = Pick<Calls, 'about' | 'doctor' | 'events' | 'getLayout' | 'putLayout'>;

const NOTHING = z.strictObject({});
/** A host that has very many events is not waited for longer. */
const EVENTS_MS = 5000;

export function fleetCalls(ports: CallPorts): FleetCalls {
  const { context } = ports;
  const layout = layoutFile(context.paths.stateDir);
  return {
    about: {
      params: NOTHING,
      async run() {
        const { notify, preset, size, memory } = context.settings;
        return { version: VERSION, sound: notify.sound, preset, size, memory };
      },
    },
    doctor: {
      params: z.strictObject({ host: z.string().max(300) }),
      async run({ host }) {
        const findings = await examine(theHost(host, ports).config, context);
        return {
          checks: findings.map(({ probe, result, found, mend }) => ({
            name: probe,
            ok: result === 'ok',
            detail: found,
            hint: mend,
          })),
        };
      },
    },
    events: events(ports),
    getLayout: { params: NOTHING, run: async () => ({ layout: layout.read() }) },
    putLayout: {
      params: z.strictObject({ layout: z.unknown() }),
      async run({ layout: next }) {
        layout.write(next);
        return {};
      },
    },
  };
}

function events(ports: CallPorts): Call<'events'> {
  return {
    params: z.strictObject({ since: z.iso.datetime(), most: z.int().min(1).max(10_000) }),
    async run({ since, most }, signal) {
      const from = Date.parse(since);
      const failures: UiError[] = [];
      const told = await Promise.all(
        ports.fleet.hosts().map((host) =>
          eventsOf(host, { from, most, ports, signal }).catch((error: unknown) => {
            if (signal.aborted) throw error;
            const { message, ...rest } = uiError(asBerthError(error));
            const name = oneLine(host.config.name);
            failures.push({ ...rest, message: `the events of ${name} cannot be read: ${message}` });
            return [];
          }),
        ),
      );
      const all = told.flat().sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
      return { events: all.slice(-most), failures };
    },
  };
}

/** The newest of them; none where the host does not answer: the page shows that it does not. */
async function eventsOf(
  host: LiveHost,
  { from, most, ports, signal }: { from: number; most: number; ports: CallPorts; signal: AbortSignal },
): Promise<EventRow[]> {
  if (host.link !== 'connected') return [];
  const rows: EventRow[] = [];
  let journalId = '';
  const bound = AbortSignal.any([signal, AbortSignal.timeout(EVENTS_MS)]);
  try {
    const client = await ports.context.connect(host.config, { signal });
    for await (const message of client.watch({ sinceTime: from, follow: false }, { signal: bound })) {
      if (message.kind === 'opened') journalId = message.journalId;
      else if (message.event.fact !== null) {
        const { fact, ...event } = message.event;
        const place = { host: host.config.name, journalId, replayed: true };
        rows.push(eventRow(place, { ...event, fact }));
        if (rows.length > 2 * most) rows.splice(0, rows.length - most);
      }
    }
  } catch (error) {
    if (!bound.aborted && !isPassing(error)) throw error;
  }
  return rows.slice(-most);
}
