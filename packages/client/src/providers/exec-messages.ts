/** What a provider's command prints, checked. Keys that are not known are left alone. Loaded late. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Reason } from '@berth/shared/domain/reasons';
import { oneLine } from '@berth/shared/domain/text';
import { z } from 'zod';
import { hostNameProblem } from '../config/host-name.ts';
import { CAPABILITIES, type Machine } from './provider.ts';

const text = z.string();
const amount = z.number().min(0);
const name = text.refine((value) => hostNameProblem(value) === null, 'is no name for a host');
/** Becomes an argument of ssh. */
const argument = text.regex(/^[^-\s][^\s]*$/, 'must not begin with a dash or contain white space');

const STATES = ['creating', 'running', 'stopping', 'stopped', 'deleting', 'failed'] as const;

const machine = z
  .object({
    name,
    id: text.nullish(),
    state: text,
    size: text.nullish(),
    region: text.nullish(),
    address: argument.nullish(),
    user: argument.nullish(),
    port: z.int().min(1).max(65_535).nullish(),
    host_keys: z.array(text.regex(/^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$/, 'must be a type and a key')).nullish(),
    price: amount.nullish(),
  })
  .transform(
    (told): Machine => ({
      name: told.name,
      id: told.id ?? '',
      state: STATES.find((state) => state === told.state) ?? 'unknown',
      size: told.size ?? '',
      region: told.region ?? '',
      address: told.address ?? null,
      user: told.user ?? null,
      port: told.port ?? null,
      hostKeys: told.host_keys ?? [],
      price: told.price ?? null,
    }),
  );

/** What an operation results in. */
export const RESULTS = {
  describe: z
    .object({ capabilities: z.array(text) })
    .transform(({ capabilities }) => new Set(CAPABILITIES.filter((known) => capabilities.includes(known)))),
  list: z.object({ machines: z.array(machine) }).transform(({ machines }) => machines),
  create: z.object({ machine }).transform((told) => told.machine),
  start: z.object({ machine }).transform((told) => told.machine),
  stop: z.object({ machine }).transform((told) => told.machine),
  delete: z.object({}).transform(() => undefined),
  price: z
    .object({
      prices: z.array(
        z.object({ size: text, region: text.nullish(), memory_bytes: amount.nullish(), per_hour: amount }),
      ),
    })
    .transform(({ prices }) =>
      prices.map(({ size, region, memory_bytes, per_hour }) => ({
        size,
        region: region ?? '',
        memoryBytes: memory_bytes ?? 0,
        perHour: per_hour,
      })),
    ),
  quota: z
    .object({
      quotas: z.array(
        z.object({ name: text, region: text.nullish(), used: amount, limit: amount.nullish() }),
      ),
    })
    .transform(({ quotas }) =>
      quotas.map((told) => ({ ...told, region: told.region ?? '', limit: told.limit ?? null })),
    ),
} as const;

export type Operation = keyof typeof RESULTS;
export type Result<O extends Operation> = z.output<(typeof RESULTS)[O]>;

export type ExecMessage =
  | { readonly kind: 'progress'; readonly step: string; readonly share: number | undefined }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly error: BerthError };

const MESSAGE = z.union([
  z.object({ progress: text, share: z.number().min(0).max(1).nullish() }),
  z.object({ error: z.object({ code: text.nullish(), message: text, hint: text.nullish() }) }),
  z.object({ result: z.looseObject({}) }),
]);

/** A line of standard output. Throws PROVIDER_FAILED where it is none of the contract's. */
export function readMessage(line: string, provider: string): ExecMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw broken(provider, `it printed what is no JSON: ${oneLine(line.slice(0, 200))}`);
  }
  const read = MESSAGE.safeParse(value);
  if (!read.success) throw broken(provider, `it printed ${oneLine(line.slice(0, 200))}`);
  const { data } = read;
  if ('progress' in data) return { kind: 'progress', step: data.progress, share: data.share ?? undefined };
  if ('result' in data) return { kind: 'result', result: data.result };
  const { code, message, hint } = data.error;
  const reason = REASON_OF[code ?? ''] ?? 'PROVIDER_FAILED';
  const error = new BerthError(reason, `provider ${provider}: ${oneLine(message)}`, {
    values: { provider },
    ...(hint ? { hint: oneLine(hint) } : {}),
  });
  return { kind: 'error', error };
}

/** Throws PROVIDER_FAILED that names what is missing. */
export function readResult<O extends Operation>(operation: O, result: unknown, provider: string): Result<O> {
  const read = RESULTS[operation].safeParse(result);
  if (read.success) return read.data as Result<O>;
  const [issue] = read.error.issues;
  const at = issue?.path.join('.') ?? '';
  throw broken(provider, `the result of ${operation} cannot be used: ${at}: ${issue?.message ?? ''}`);
}

export function broken(provider: string, why: string): BerthError {
  return new BerthError('PROVIDER_FAILED', `provider ${provider}: ${why}`, { values: { provider } });
}

/** Codes of the contract; others are PROVIDER_FAILED. */
const REASON_OF: Readonly<Record<string, Reason>> = {
  not_found: 'HOST_NOT_FOUND',
  exists: 'NAME_TAKEN',
  invalid: 'ARGUMENT_INVALID',
  unsupported: 'ARGUMENT_INVALID',
  quota: 'NO_CAPACITY',
  no_capacity: 'NO_CAPACITY',
  unauthenticated: 'PERMISSION_DENIED',
  forbidden: 'PERMISSION_DENIED',
  unavailable: 'HOST_UNREACHABLE',
};
