/** Requests off the wire, checked and turned into what the application takes. Throws BerthErrors. */
import { createHash } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { isExternal } from '@berth/shared/domain/external-session';
import {
  MAX_ARGV_BYTES,
  MAX_PROMPT_BYTES,
  MAX_SLOT_BYTES,
  MIN_SLOT_BYTES,
} from '@berth/shared/domain/limits';
import { formatMemory } from '@berth/shared/domain/memory';
import { nameProblem, oneLine } from '@berth/shared/domain/text';
import type {
  ExtendRequest,
  KillRequest,
  ReserveRequest,
  StartRequest,
  SuspendRequest,
  UpdateRequest,
} from '@berth/shared/gen/berth/v1/session';
import { fromDuration, toBytes } from '@berth/shared/wire/scalar';
import { CUSTOM } from '../domain/presets.ts';
import type { RequestKey } from '../sessions/commands.ts';

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SIGNALS = new Set(['TERM', 'INT', 'HUP', 'QUIT', 'KILL', 'USR1', 'USR2']);
const HOUR_MS = 3_600_000;
/** Linux takes at most 128 KiB in one argument, its NUL included (MAX_ARG_STRLEN). */
const MAX_ARGUMENT_BYTES = 128 * 1024 - 1;

/** `parts` is all that was asked for, secrets left out. */
export function requestKey(requestId: string, parts: unknown): RequestKey {
  if (!/^[\x21-\x7e]{1,128}$/.test(requestId)) {
    throw invalid('the request id must be 1 to 128 printable characters without spaces');
  }
  const fingerprint = createHash('sha256').update(JSON.stringify(parts, bigintAsText)).digest('hex');
  return { requestId, fingerprint };
}

export function checkName(name: string): string {
  const problem = name === '' ? null : nameProblem(name);
  if (problem) throw new BerthError('NAME_INVALID', `cannot use this session name: ${problem}`);
  return name;
}

/** Throws ARGUMENT_INVALID for a session of somebody else's tool, of which the call knows nothing. */
export function refuseExternal(session: string, { cannot, hint }: { cannot: string; hint: string }): void {
  if (!isExternal(session)) return;
  const message = `cannot ${cannot} ${oneLine(session)}: it is a session of another tool`;
  throw new BerthError('ARGUMENT_INVALID', message, { hint });
}

/** Bytes; 0 stays 0 and means the default. */
export function checkMemory(bytes: bigint): number {
  if (bytes === 0n) return 0;
  const amount = toBytes(bytes);
  if (amount < MIN_SLOT_BYTES || amount > MAX_SLOT_BYTES) {
    const range = `${formatMemory(MIN_SLOT_BYTES)} to ${formatMemory(MAX_SLOT_BYTES)}`;
    throw new BerthError(
      'MEMORY_INVALID',
      `cannot hold a slot of ${formatMemory(amount)}: it must be ${range}`,
    );
  }
  return amount;
}

export function reserveOrder(request: ReserveRequest) {
  const ttlMs = checkTtl(request);
  const name = checkName(request.name);
  const memoryBytes = checkMemory(request.memoryBytes);
  return { key: requestKey(request.requestId, { name, memoryBytes, ttlMs }), name, memoryBytes, ttlMs };
}

export function extendOrder(request: ExtendRequest) {
  const { requestId, session } = request;
  const ttlMs = checkTtl(request);
  return { key: requestKey(requestId, { session, ttlMs }), session, ttlMs };
}

function checkTtl({ ttl }: Pick<ReserveRequest, 'ttl'>): number {
  const ttlMs = fromDuration(ttl) ?? 60_000;
  if (ttlMs < 1000 || ttlMs > HOUR_MS) throw invalid('a reservation lasts from 1 s to 1 h');
  return ttlMs;
}

export function suspensionOrder({ requestId, session }: SuspendRequest) {
  return { key: requestKey(requestId, { session }), session };
}

export function checkWork(request: StartRequest): void {
  const { prompt, argv, env, tags, columns, rows } = request;
  if (prompt !== '' && argv.length > 0 && request.preset !== CUSTOM)
    throw invalid('a session takes a prompt or an argv, not both');
  if (prompt === '' && argv.length === 0 && request.preset === '') {
    throw invalid('there is nothing to start: give a prompt, an argv or a preset');
  }
  const bytes = Buffer.byteLength(prompt);
  if (bytes > MAX_PROMPT_BYTES) {
    const limit = formatMemory(MAX_PROMPT_BYTES);
    throw new BerthError('PROMPT_TOO_LARGE', `the prompt has ${formatMemory(bytes)}, the limit is ${limit}`);
  }
  checkProgram({ argv, env });
  const texts = [prompt, ...Object.entries(tags).flat()];
  if (texts.some((text) => text.includes('\0'))) throw invalid('text for a program cannot contain NUL');
  if (columns > 1000 || rows > 1000) throw invalid('a terminal has at most 1000 columns and rows');
}

/** What a program is to be run with. */
export function checkProgram({ argv, env }: Pick<StartRequest, 'argv' | 'env'>): void {
  const sizes = argv.map((argument) => Buffer.byteLength(argument) + 1);
  if (sizes.some((size) => size > MAX_ARGUMENT_BYTES)) throw invalid('an argument is longer than 128 KiB');
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_ARGV_BYTES)
    throw invalid('the argv is longer than 1 MiB');
  if (argv[0] === '') throw invalid('the program to run is empty');
  const texts = [...argv, ...Object.entries(env).flat()];
  if (texts.some((text) => text.includes('\0'))) throw invalid('text for a program cannot contain NUL');
  const badName = Object.keys(env).find((name) => !ENV_NAME.test(name));
  if (badName !== undefined) throw invalid('an environment variable has a name that no shell can export');
  const reserved = Object.keys(env).find((name) => name.startsWith('BERTH_SESSION_'));
  if (reserved) throw invalid(`the environment variable ${reserved} is set by berthd itself`);
}

/** With or without SIG. */
export function signalName(text: string): NodeJS.Signals {
  const name = text.replace(/^SIG/, '');
  if (!SIGNALS.has(name)) throw invalid(`unknown signal: use one of ${[...SIGNALS].join(', ')}`);
  return `SIG${name}` as NodeJS.Signals;
}

export function killOrder(request: KillRequest) {
  const graceMs = fromDuration(request.grace) ?? 10_000;
  if (graceMs < 0 || graceMs > HOUR_MS) throw invalid('the grace period lasts from 0 s to 1 h');
  const signal = request.signal.replace(/^SIG/, '');
  if (signal && !SIGNALS.has(signal)) throw invalid(`unknown signal: use one of ${[...SIGNALS].join(', ')}`);
  const { requestId, session } = request;
  return { key: requestKey(requestId, { session, graceMs, signal }), session, graceMs, signal };
}

export function updateOrder(request: UpdateRequest) {
  const { requestId, session, setTags, removeTags } = request;
  const name = request.name === undefined ? null : checkName(request.name);
  const texts = [...Object.entries(setTags).flat(), ...removeTags];
  if (texts.some((text) => text.includes('\0'))) throw invalid('a tag cannot contain NUL');
  return {
    key: requestKey(requestId, { session, name, setTags, removeTags }),
    session,
    name,
    setTags,
    removeTags,
  };
}

function invalid(message: string): BerthError {
  return new BerthError('ARGUMENT_INVALID', message);
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
