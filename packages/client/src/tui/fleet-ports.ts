/** What the live view asks of hosts, over the client's own connections. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { parseMemory } from '@berth/shared/domain/memory';
import { nameProblem, oneLine, safeText } from '@berth/shared/domain/text';
import { EMPTY_SOURCE } from '@berth/shared/domain/workspace-source';
import type { Context } from '../context.ts';
import type { DashRow } from '../fleet/dash/row.ts';
import type { LiveFleet } from '../fleet/live-fleet.ts';
import { externalPlace, type Place } from '../fleet/resolve.ts';
import { noted } from '../history/note.ts';
import { steadyWidth } from '../render/width.ts';
import type { HostClient } from '../rpc/host-client.ts';
import type { DashPorts } from './ports.ts';
import type { StartForm } from './state.ts';

const GRACE_MS = 10_000;

export interface FleetPortsOptions {
  readonly context: Context;
  readonly fleet: LiveFleet;
  /** On the bare terminal; resolves with one line about how it ended. */
  readonly attach: (place: Place) => Promise<string>;
}

export function fleetPorts({ context, fleet, attach }: FleetPortsOptions): DashPorts {
  const placeOf = ({ host, session, external, name }: DashRow): Place => {
    if (session) return { host: host.config, session };
    if (external) return externalPlace(host.config, external);
    throw new BerthError('SESSION_NOT_FOUND', `${name} is there no more`);
  };
  /** Of the agent that has the session, with its id and a request id. */
  async function on<T>(
    row: DashRow,
    work: (client: HostClient, request: { requestId: string; session: string }) => Promise<T>,
  ): Promise<T> {
    const { host, session } = placeOf(row);
    const client = await context.connect(host);
    return await work(client, { requestId: randomUUID(), session: session.id });
  }
  return {
    fleet,
    now: Date.now,
    attach: async (row) => await attach(placeOf(row)),
    details: async (row, signal) => {
      const { host, session } = placeOf(row);
      const client = await context.connect(host, { signal });
      return (await client.getDetails(session.id, { signal })).details;
    },
    screen: async (row, lines, signal) => {
      const { host, session } = placeOf(row);
      const client = await context.connect(host, { signal });
      const request = { session: session.id, lines, screenOnly: false };
      const screen = await client.captureScreen(request, { signal });
      return steadyWidth(safeText(screen.lines.join('\n'))).split('\n');
    },
    kill: async (row) => {
      await on(row, (client, request) => {
        const options = { deadlineMs: GRACE_MS + 30_000 };
        return client.kill({ ...request, graceMs: GRACE_MS, signal: '' }, options);
      });
    },
    suspend: async (row) => {
      await on(row, (client, request) => client.suspend(request));
    },
    resume: async (row) => {
      await on(row, (client, request) => client.resume(request));
    },
    acknowledge: async (row) => {
      await on(row, (client, request) => client.acknowledge(request));
    },
    snooze: async (row, until) => {
      await on(row, (client, request) => client.snooze({ ...request, until }));
    },
    rename: async (row, name) => {
      await on(row, (client, request) => client.update({ ...request, name, setTags: {}, removeTags: [] }));
    },
    tag: async (row, { set, remove }) => {
      await on(row, (client, request) =>
        client.update({ ...request, name: null, setTags: set, removeTags: remove }),
      );
    },
    start: async (form, { columns, rows }) => {
      const host = fleet.hosts().find(({ config }) => config.name === form.host);
      if (!host) throw new BerthError('HOST_NOT_FOUND', `cannot find host ${oneLine(form.host)}`);
      const problem = form.name === '' ? null : nameProblem(form.name);
      if (problem) throw new BerthError('NAME_INVALID', `a session cannot be called that: ${problem}`);
      const client = await context.connect(host.config);
      const path = form.directory.trim();
      const start = async () => {
        if (path !== '') await client.confirmSources();
        const session = await client.start({
          requestId: randomUUID(),
          reservation: '',
          memoryBytes: parseMemory(context.settings.memory) ?? 0,
          name: form.name,
          prompt: form.prompt.trim(),
          preset: form.preset || context.settings.preset,
          skipPermissions: form.permissions === 'skip',
          source: path === '' ? EMPTY_SOURCE : { kind: 'directory', path },
          argv: [],
          tags: {},
          env: {},
          timeoutMs: null,
          restartPolicy: 'never',
          columns,
          rows,
        });
        return { host: host.config, session };
      };
      const [result] = await noted(wordsOf(form), context, () => Promise.allSettled([start()]));
      if (result?.status !== 'fulfilled') throw result?.reason;
      const { session } = result.value;
      return `${host.config.name}:${session.id}`;
    },
  };
}

/** The form as the command line that does the same: that is how it is noted. */
function wordsOf({ host, directory, preset, prompt, name, permissions }: StartForm) {
  const path = directory.trim();
  const flags = {
    ...(preset === '' ? {} : { preset }),
    'skip-permissions': permissions === 'skip',
    ...(name === '' ? {} : { name }),
    host: [host],
    ...(path === '' ? { 'no-repo': true } : { directory: path }),
  };
  return { flags, prompts: [prompt.trim()].filter(Boolean), command: null, directory: '' };
}
