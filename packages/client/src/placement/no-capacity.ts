/** The error that tells why no host can take a session: what is free where, and since when it is known. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import type { Candidate, Constraints, ObstacleKind } from './obstacle.ts';
import { isFull } from './outcomes.ts';
import type { PassedOver } from './rank.ts';

/** Hosts that the error's one line names. */
const NAMED = 4;
/** Where waiting helps. */
const PASSING: ReadonlySet<ObstacleKind> = new Set(['full', 'line']);

/** `candidates`: for when slots come free. `left`: hosts that were not even asked. */
export function noCapacity(
  constraints: Constraints,
  passedOver: readonly PassedOver[],
  options: { candidates: readonly Candidate[]; left?: readonly PassedOver[]; now: number },
): BerthError {
  const [only] = passedOver;
  // One host alone says it best itself.
  if (only?.obstacle.error && passedOver.length === 1) return only.obstacle.error;
  const asked = passedOver.filter(({ obstacle }) => obstacle.kind !== 'unwanted');
  if (asked.length === 0) return noneFits([...passedOver, ...(options.left ?? [])]);
  const kinds = new Set(asked.map(({ obstacle }) => obstacle.kind));
  if (kinds.size === 1 && kinds.has('preset')) return presetNowhere(constraints, options.candidates);
  const what = constraints.memoryBytes > 0 ? `a slot of ${formatMemory(constraints.memoryBytes)}` : 'a slot';
  const told = asked.map(({ host, obstacle }) => `${oneLine(host.name)}: ${obstacle.words}`);
  const values = {
    hosts: told.join('\n'),
    ...(constraints.memoryBytes > 0 ? { requested_bytes: String(constraints.memoryBytes) } : {}),
  };
  const silent = kinds.size === 1 && kinds.has('unreachable');
  const message = silent
    ? `cannot ask any host for ${what}: ${listed(told)}`
    : `no host can give ${what}: ${listed(told)}`;
  if (silent) {
    return new BerthError('HOST_UNREACHABLE', message, { values, hint: 'see which are up: berth host list' });
  }
  return new BerthError('NO_CAPACITY', message, { values, hint: hintFor(kinds, nextFree(options)) });
}

/** `next`: seconds until a slot comes free for sure; null where nobody knows. */
function hintFor(kinds: ReadonlySet<ObstacleKind>, next: number | null): string {
  if ([...PASSING].some((kind) => kinds.has(kind))) {
    const when = next === null ? '' : ` (a slot comes free in ${next} s at the latest)`;
    return `wait in line with --queue${when}, ask for less with --memory, or end a session: berth list --status running`;
  }
  if (kinds.has('too-small')) return 'ask for less with --memory';
  return 'see why, host by host: berth start --dry-run';
}

/** For a start of all or none, which cannot wait in line. */
export function withoutLine(error: unknown): unknown {
  if (!isFull(error)) return error;
  const hint = error.hint.replace(/^wait in line\b/, 'leave out --all-or-nothing to wait in line');
  return new BerthError(error.reason, error.message, { values: error.values, hint, cause: error });
}

function noneFits(passedOver: readonly PassedOver[]): BerthError {
  const told = passedOver.map(({ host, obstacle }) => `${oneLine(host.name)}: ${obstacle.words}`);
  const message =
    told.length === 0
      ? 'cannot start: there are no hosts'
      : `no host is as the flags and settings want it: ${listed(told)}`;
  return new BerthError('HOST_NOT_FOUND', message, {
    values: { hosts: told.join('\n') },
    hint: 'ask for less, or see what the hosts are like: berth host list --json',
  });
}

function presetNowhere({ preset }: Constraints, candidates: readonly Candidate[]): BerthError {
  const known = candidates.some(({ snapshot }) => snapshot?.presets.some(({ name }) => name === preset));
  const name = oneLine(preset);
  return known || preset === ''
    ? new BerthError('PRESET_UNAVAILABLE', `no host has the program of the preset ${name}`)
    : new BerthError('PRESET_UNKNOWN', `no host knows a preset ${name}`);
}

function listed(told: readonly string[]): string {
  if (told.length <= NAMED) return told.join('; ');
  return `${told.slice(0, NAMED).join('; ')}; and ${told.length - NAMED} more`;
}

/** Seconds until a slot comes free for sure. */
function nextFree({ candidates, now }: { candidates: readonly Candidate[]; now: number }): number | null {
  const times = candidates.flatMap(({ snapshot }) => snapshot?.queue.nextFreeAt ?? []);
  return times.length === 0 ? null : Math.max(1, Math.ceil((Math.min(...times) - now) / 1000));
}
