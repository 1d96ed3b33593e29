/** Starting a session from the page's form, over the placement that `berth start` uses. */
import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { MAX_PROMPT_BYTES } from '@berth/shared/domain/limits';
import { formatMemory, parseMemory } from '@berth/shared/domain/memory';
import { nameProblem, oneLine } from '@berth/shared/domain/text';
import { EMPTY_SOURCE } from '@berth/shared/domain/workspace-source';
import { z } from 'zod';
import type { HostConfig } from '../../config/remotes.ts';
import { rememberSession } from '../../fleet/remember.ts';
import type { Job } from '../../placement/attempt.ts';
import { credentialsHere } from '../../placement/credentials.ts';
import { Placement } from '../../placement/place.ts';
import { placementPorts } from '../../placement/ports.ts';
import { reasonsFor } from '../../placement/reasons.ts';
import { checkSize } from '../../placement/size-known.ts';
import { type Where, whereFor } from '../../placement/where.ts';
import { nothingToBring, type Parcel } from '../../workspace/parcel.ts';
import { secretsFound } from '../../workspace/secrets-found.ts';
import { sessionKey } from '../fleet-state.ts';
import type { StartOrder, StartPlan } from '../protocol.ts';
import type { CallPorts, Calls } from './call.ts';

const WORD = z.string().max(4096);
const ORDER = z.strictObject({
  prompt: z.string().refine((text) => Buffer.byteLength(text) <= MAX_PROMPT_BYTES, {
    error: `it is longer than ${formatMemory(MAX_PROMPT_BYTES)}`,
  }),
  preset: WORD,
  name: WORD,
  host: WORD,
  size: WORD,
  memory: WORD,
  repository: WORD,
  directory: WORD,
  queue: z.boolean(),
  skip_permissions: z.boolean(),
});
/** As wide as a terminal is that nobody looks at yet; the page's own size follows with its terminal. */
const SIZE = { columns: 120, rows: 36 };

export function startCalls(ports: CallPorts): Pick<Calls, 'plan' | 'start'> {
  return {
    plan: { params: ORDER, run: (order, signal) => plan(order, ports, signal) },
    start: { params: ORDER, run: (order) => start(order, ports) },
  };
}

async function plan(order: StartOrder, ports: CallPorts, signal: AbortSignal): Promise<StartPlan> {
  const where = await whereOf(order, ports);
  // What is taken along has no say in where it goes.
  const placement = placing(where, { parcel: nothingToBring(EMPTY_SOURCE), signal }, ports);
  const [ranking] = await placement.plan([jobOf(order, where, ports)]);
  const { ranked = [], passedOver = [] } = ranking ?? {};
  const fitting = ranked.map((fit) => ({
    name: fit.host.name,
    fits: true,
    why: reasonsFor(fit, where.policy).join(', '),
  }));
  const others = [...passedOver, ...where.left].map(({ host, obstacle }) => ({
    name: host.name,
    fits: false,
    why: oneLine(obstacle.words),
  }));
  return { host: fitting[0]?.name ?? null, hosts: [...fitting, ...others] };
}

/** A start that was begun is carried through, whether the page waits or not. */
async function start(order: StartOrder, ports: CallPorts): Promise<{ session: string }> {
  const where = await whereOf(order, ports);
  const plain = jobOf(order, where, ports);
  await using parcel = await parcelOf(order, ports);
  const placement = placing(where, { parcel, signal: new AbortController().signal }, ports);
  const [only] = where.hosts;
  const likely = where.hosts.length === 1 ? only : (await placement.plan([plain]))[0]?.ranked[0]?.host;
  const job = { ...plain, work: { ...plain.work, env: credentialsFor(likely, order, ports) } };
  const placed = await placement.start(job).catch((error: unknown) => {
    const full = error instanceof BerthError && error.reason === 'NO_CAPACITY';
    if (full && order.queue) return placement.queue(job);
    throw error;
  });
  rememberSession(placed, ports.context);
  return { session: sessionKey(placed.host.name, placed.session.id) };
}

/** With `credentials: send` as `berth start` does; to be asked needs a terminal. */
function credentialsFor(
  host: HostConfig | undefined,
  order: StartOrder,
  { context, fleet }: CallPorts,
): Record<string, string> {
  const known = fleet.hosts().find(({ config }) => config.name === host?.name)?.snapshot;
  if (context.settings.credentials !== 'send' || !known) return {};
  const start = { preset: presetOf(order, { context }), host: known, passed: {} };
  const own = credentialsHere(start, context.env);
  return own?.known ? Object.fromEntries(own.here) : {};
}

async function whereOf(order: StartOrder, { context }: CallPorts): Promise<Where> {
  const { settings } = context;
  const all = await context.hosts();
  // A size says more of the host than the setting that names one.
  const usually = order.size === '' && settings.host ? [settings.host] : [];
  const names = order.host !== '' ? [order.host] : usually;
  if (order.size !== '') checkSize(order.size, all, 'the size of the host');
  const usual = (value: string) => (order.host === '' && value !== '' ? value : null);
  const constraints = {
    memoryBytes: memoryOf(order.memory || settings.memory),
    region: usual(settings.region),
    size: order.size || usual(settings.size),
    labels: {},
    fresh: false,
    preset: presetOf(order, { context }),
  };
  return whereFor(all, { names, constraints, policy: settings.policy });
}

function placing(
  where: Where,
  { parcel, signal }: { parcel: Parcel; signal: AbortSignal },
  { context }: CallPorts,
): Placement {
  const options = { ...where, parcel, signal, progress: () => {} };
  return new Placement(options, placementPorts(context, { kept: false }));
}

function jobOf(order: StartOrder, where: Where, ports: CallPorts): Job {
  const problem = order.name === '' ? null : nameProblem(order.name);
  if (problem) throw new BerthError('NAME_INVALID', `a session cannot be called that: ${problem}`);
  return {
    requestId: randomUUID(),
    work: {
      memoryBytes: where.constraints.memoryBytes,
      name: order.name,
      prompt: order.prompt.trim(),
      preset: presetOf(order, ports),
      argv: [],
      skipPermissions: order.skip_permissions,
      tags: {},
      env: {},
      timeoutMs: null,
      restartPolicy: 'never',
      ...SIZE,
    },
  };
}

function presetOf(order: StartOrder, { context }: Pick<CallPorts, 'context'>): string {
  return order.preset || context.settings.preset;
}

/** 0: the host's default. */
function memoryOf(text: string): number {
  if (text === '') return 0;
  const bytes = parseMemory(text);
  if (bytes === null) throw new BerthError('MEMORY_INVALID', `memory cannot be ${oneLine(text)}`);
  return bytes;
}

async function parcelOf(order: StartOrder, { context }: CallPorts): Promise<Parcel> {
  const { repository, directory } = order;
  if (repository !== '' && directory !== '')
    throw new BerthError('USAGE', 'choose one of a repository and a directory', { hint: '' });
  if (directory !== '') {
    if (!/^(\/|~\/|~$)/.test(directory))
      throw new BerthError('USAGE', 'a directory of the host begins with / or ~/', { hint: '' });
    return nothingToBring({ kind: 'directory', path: directory }, directory);
  }
  if (repository === '') return nothingToBring(EMPTY_SOURCE);
  const { env, paths } = context;
  const at = repository.replace(/^~(?=\/|$)/, env.HOME || homedir());
  if (!path.isAbsolute(at))
    throw new BerthError('USAGE', 'a repository is named by its whole path', { hint: '' });
  const { takeRepository } = await import('../../workspace/take-repository.ts');
  const parcel = await takeRepository({
    directory: at,
    env,
    spare: null,
    cacheDir: paths.cacheDir,
    branch: undefined,
    clean: false,
    note: () => {},
    secrets: async (findings) => {
      throw secretsFound(findings);
    },
  });
  if (parcel) return parcel;
  throw new BerthError('SOURCE_INVALID', `${oneLine(at)} is in no git repository`, {
    hint: 'name the directory of a repository of this machine, or leave it out',
  });
}
