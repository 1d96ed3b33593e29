/** berth.v1.SessionService: decode, call one thing, encode. */

import { externalName } from '@berth/shared/domain/external-session';
import { statusOf } from '@berth/shared/domain/session-state';
import type { SessionServiceServer, StartRequest } from '@berth/shared/gen/berth/v1/session';
import { fromDuration } from '@berth/shared/wire/scalar';
import { decodeRestartPolicy, decodeStatusOf, encodeSession } from '@berth/shared/wire/session';
import { encodeDetails, encodeExternal } from '@berth/shared/wire/session-details';
import { decodeSource, encodeDiskReport, encodeDiskUse } from '@berth/shared/wire/workspace';
import type { Session } from '../domain/session.ts';
import type { Commands } from '../sessions/commands.ts';
import type { Describe } from '../sessions/describe.ts';
import type { Details } from '../sessions/details.ts';
import type { DiskKeeper } from '../sessions/disk-keeper.ts';
import type { ExternalCommands } from '../sessions/external-commands.ts';
import type { PresetRunner } from '../sessions/preset-runner.ts';
import type { Registry } from '../sessions/registry.ts';
import type { Removal } from '../sessions/removal.ts';
import type { Suspension } from '../sessions/suspension.ts';
import type { Wrapper } from './handler.ts';
import {
  checkMemory,
  checkName,
  checkWork,
  extendOrder,
  killOrder,
  refuseExternal,
  requestKey,
  reserveOrder,
  suspensionOrder,
  updateOrder,
} from './orders.ts';

const NOT_OURS = {
  cannot: 'rename or tag',
  hint: 'its name is that of its tmux session: tmux rename-session',
};

const CANNOT_STOP = {
  cannot: 'suspend or resume',
  hint: 'its processes are not ours to stop: end it with berth kill',
};

export function sessionService(options: {
  wrap: Wrapper;
  registry: Registry;
  commands: Commands;
  suspension: Suspension;
  presets: PresetRunner;
  describe: Describe;
  details: Details;
  external: ExternalCommands;
  environment: () => Promise<Readonly<Record<string, string>>>;
  disk: Pick<DiskKeeper, 'report'>;
  removal: Removal;
  /** Number of the newest event. */
  newestEvent: () => number;
  /** No session runs longer; null: as long as it likes. */
  maxLifetimeMs: number | null;
}): SessionServiceServer {
  const { wrap, registry, commands, suspension, presets, describe, external, disk, removal } = options;
  const encoded = async (session: Session) => encodeSession(await describe(session));

  async function startOrder(request: StartRequest) {
    checkWork(request);
    const { requestId, env, ...asked } = request;
    const key = requestKey(requestId, { ...asked, env: Object.keys(env).sort() });
    const { argv, ...work } = await presets.resolve(request);
    const { env: presetEnv } = presets.outfit({ preset: work.preset, prompt: '', argv: [] }, '');
    return {
      key,
      reservation: request.reservation,
      name: checkName(request.name),
      memoryBytes: checkMemory(request.memoryBytes),
      argv,
      queue: request.queue,
      env: { ...(await options.environment()), ...presetEnv, ...env },
      spec: {
        prompt: request.prompt,
        ...work,
        tags: request.tags,
        timeoutMs: limited(fromDuration(request.timeout), options.maxLifetimeMs),
        restart: decodeRestartPolicy(request.restartPolicy),
        columns: request.columns || 120,
        rows: request.rows || 36,
        source: decodeSource(request.source),
        envNames: Object.keys(env).sort(),
      },
    };
  }

  return {
    reserve: wrap.unary('Reserve', async (request) => ({
      session: await encoded(await commands.reserve(reserveOrder(request))),
    })),
    release: wrap.unary('Release', async ({ requestId, session }) => {
      const key = requestKey(requestId, { session });
      return { session: await encoded(commands.release({ key, session })) };
    }),
    start: wrap.unary('Start', async (request, { signal, log }) => {
      const session = await commands.start(await startOrder(request), signal);
      log.info({ session: session.id, state: session.state, request: request.requestId }, 'started');
      return { session: await encoded(session) };
    }),
    get: wrap.unary('Get', async ({ session: name, withDetails }) => {
      const other = externalName(name);
      if (other !== null) {
        const { session, details } = await external.get(other, { withDetails });
        return { session: encodeSession(session), details: details && encodeDetails(details) };
      }
      const session = registry.resolve(name);
      const details = withDetails ? encodeDetails(await options.details(session)) : undefined;
      return { session: await encoded(session), details };
    }),
    list: wrap.unary('List', async ({ statuses }) => {
      // First: nothing may happen between what is chosen and the number that says how new it is.
      const others = (await external.list()).map(encodeExternal);
      const wanted = new Set(statuses.map(decodeStatusOf));
      const chosen = [...registry.all()].filter(
        (session) =>
          session.state !== 'expired' && (wanted.size === 0 || wanted.has(statusOf(session.state))),
      );
      chosen.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
      const asOf = BigInt(options.newestEvent());
      return { sessions: await Promise.all(chosen.map(encoded)), external: others, asOf };
    }),
    update: wrap.unary('Update', async (request) => {
      refuseExternal(request.session, NOT_OURS);
      return { session: await encoded(commands.update(updateOrder(request))) };
    }),
    extend: wrap.unary('Extend', async (request) => ({
      session: await encoded(commands.extend(extendOrder(request))),
    })),
    suspend: wrap.unary('Suspend', async (request, { signal, log }) => {
      refuseExternal(request.session, CANNOT_STOP);
      const session = await suspension.suspend(suspensionOrder(request), signal);
      log.info({ session: session.id, request: request.requestId }, 'suspended');
      return { session: await encoded(session) };
    }),
    resume: wrap.unary('Resume', async (request, { signal, log }) => {
      refuseExternal(request.session, CANNOT_STOP);
      const session = await suspension.resume(suspensionOrder(request), signal);
      log.info({ session: session.id, request: request.requestId }, 'resumed');
      return { session: await encoded(session) };
    }),
    delete: wrap.unary('Delete', async ({ requestId, session }, { log }) => {
      refuseExternal(session, { cannot: 'remove', hint: 'end its tmux session: berth kill NAME' });
      const freed = await removal.remove({ key: requestKey(requestId, { session }), session });
      log.info({ session, request: requestId, ...freed }, 'removed');
      return { freed: encodeDiskUse(freed) };
    }),
    measureDisk: wrap.unary('MeasureDisk', async ({ sessions }) =>
      encodeDiskReport(await disk.report(sessions)),
    ),
    kill: wrap.unary('Kill', async (request, { signal, log }) => {
      const order = killOrder(request);
      const other = externalName(order.session);
      if (other !== null) {
        const ended = await external.kill(other, order);
        return { ...ended, session: encodeSession(ended.session) };
      }
      const outcome = await commands.kill(order, signal);
      log.info({ session: outcome.session.id, state: outcome.session.state }, 'killed');
      const { alreadyEnded, signals } = outcome;
      return { session: await encoded(outcome.session), alreadyEnded, signals: [...signals] };
    }),
  };
}

function limited(timeoutMs: number | null, most: number | null): number | null {
  if (most === null) return timeoutMs;
  return Math.min(timeoutMs ?? most, most);
}
