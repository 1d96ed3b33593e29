/** `berth exec` in several sessions at once: what each prints told apart, and the worst exit code. */
import { buffer } from 'node:stream/consumers';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { inventory } from '../fleet/inventory.ts';
import { type Place, placesOf } from '../fleet/resolve.ts';
import { asBerthError, worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { PrefixedLines } from '../render/prefixed-lines.ts';
import { namedJson } from './each-target.ts';
import { interruption } from './interruption.ts';
import { reachCode, warnUnreachable } from './target.ts';
import { pairs } from './values.ts';

export interface EachExec {
  readonly places: readonly Place[];
  /** Worst of what kept hosts from answering. */
  readonly code: number;
  /** Empty: standard input is a script for each. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly workers: number;
  readonly timeoutMs: number | null;
  /** Lines say of which session they are. */
  readonly many: boolean;
}

interface Outcome {
  readonly place: Place;
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly error: BerthError | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Takes what one session prints. */
interface Sink {
  push(kind: 'stdout' | 'stderr', data: Uint8Array): Promise<void>;
  /** Resolves with what was kept of it. */
  end(): Promise<{ stdout: string; stderr: string }>;
}

/** Sessions of ours that run, of hosts and with tags where those are given. */
export async function runningSessions(
  { hosts, tags }: { hosts: readonly string[]; tags: readonly string[] },
  context: Context,
): Promise<{ places: Place[]; code: number }> {
  const wanted = Object.entries(pairs('--tag', tags, { bare: true }));
  const answers = await inventory(context, { hosts });
  warnUnreachable(context, answers);
  const has = (place: Place) =>
    wanted.every(([key, value]) => {
      const own = Object.hasOwn(place.session.tags, key) ? place.session.tags[key] : undefined;
      return own !== undefined && (value === null || own === value);
    });
  const places = placesOf(answers).filter(
    (place) => place.external === undefined && place.session.state === 'running' && has(place),
  );
  const unreached = answers.some((answer) => !answer.ok) ? 3 : reachCode(answers);
  if (places.length === 0 && unreached === 0) {
    throw new BerthError('SESSION_NOT_FOUND', 'no session that runs is meant', {
      hint: 'see what runs: berth list',
    });
  }
  return { places, code: unreached };
}

export async function execEach(order: EachExec, context: Context): Promise<number> {
  const { console } = context;
  using interrupted = interruption();
  const input = order.argv.length === 0 ? await buffer(console.stdin) : null;
  const outcomes: Outcome[] = new Array(order.places.length);
  const turns = order.places.entries();
  const labels = labelsOf(order.places);
  const work = async () => {
    for (const [i, place] of turns) {
      if (interrupted.signal.aborted) return;
      const label = labels[i] ?? place.session.id;
      const sink = console.json ? keeping() : printing(order.many ? `${label} | ` : '', context);
      const outcome = await execOne(
        place,
        { ...order, input, sink, interrupted: interrupted.signal },
        context,
      );
      outcomes[i] = outcome;
      if (!console.json) tellFailure(outcome, label, order, context);
    }
  };
  await Promise.all(Array.from({ length: Math.min(order.workers, order.places.length) }, work));
  const done = outcomes.filter((outcome) => outcome !== undefined);
  if (console.json) console.out(`${toJson({ sessions: done.map(asJson) })}\n`);
  if (interrupted.signal.aborted) return 130;
  return worst([order.code, ...done.map(codeOf)]);
}

async function execOne(
  place: Place,
  options: EachExec & { input: Uint8Array | null; sink: Sink; interrupted: AbortSignal },
  context: Context,
): Promise<Outcome> {
  const { argv, env, directory, timeoutMs, input, sink, interrupted } = options;
  const late = timeoutMs === null ? null : AbortSignal.timeout(timeoutMs);
  const signal = late ? AbortSignal.any([late, interrupted]) : interrupted;
  let exitCode: number | null = null;
  let error: BerthError | null = null;
  try {
    const client = await context.connect(place.host, { signal });
    const open = { session: place.session.id, argv, env, directory, terminal: null };
    const stream = client.exec(open, signal);
    for await (const message of stream.messages) {
      if (message.kind === 'opened') {
        if (input) void stream.write(input);
        stream.endInput();
      } else if (message.kind === 'ended') exitCode = message.exitCode;
      else await sink.push(message.kind, message.data);
    }
  } catch (thrown) {
    error = asBerthError(thrown);
  }
  const timedOut = exitCode === null && late?.aborted === true;
  return { place, exitCode, timedOut, error: timedOut ? null : error, ...(await sink.end()) };
}

function printing(prefix: string, { console }: Context): Sink {
  const look = { prefix, colors: console.color };
  const streams = {
    stdout: { lines: new PrefixedLines(look), write: console.write },
    stderr: { lines: new PrefixedLines(look), write: console.writeErr },
  };
  return {
    async push(kind, data) {
      const { lines, write } = streams[kind];
      const text = lines.push(data);
      if (text) await write(text);
    },
    async end() {
      for (const { lines, write } of Object.values(streams)) {
        const text = lines.end();
        if (text) await write(text);
      }
      return { stdout: '', stderr: '' };
    },
  };
}

function keeping(): Sink {
  const kept: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] };
  const text = (pieces: Uint8Array[]) => Buffer.concat(pieces).toString('utf8');
  return {
    push: async (kind, data) => void kept[kind].push(data),
    end: async () => ({ stdout: text(kept.stdout), stderr: text(kept.stderr) }),
  };
}

/** One line for each that did not come to a good end. */
function tellFailure(outcome: Outcome, label: string, { timeoutMs, many }: EachExec, context: Context): void {
  const { exitCode, timedOut, error } = outcome;
  if (error) context.console.err(`berth: ${label}: ${oneLine(error.message)}\n`);
  else if (timedOut) {
    context.console.err(`berth: ${label}: ended after ${(timeoutMs ?? 0) / 1000} s: its time ran out\n`);
  } else if (many && exitCode !== 0 && exitCode !== null) {
    context.console.err(`berth: ${label}: exited with ${exitCode}\n`);
  }
}

function codeOf({ exitCode, timedOut, error }: Outcome): number {
  return error ? error.exitCode : timedOut ? 124 : (exitCode ?? 0);
}

function asJson({ place, exitCode, timedOut, error, stdout, stderr }: Outcome) {
  const failure = error && {
    reason: error.reason,
    message: oneLine(error.message),
    hint: oneLine(error.hint),
  };
  return { ...namedJson(place), exit_code: exitCode, timed_out: timedOut, stdout, stderr, error: failure };
}

/** Names; with their host where that is not enough. */
function labelsOf(places: readonly Place[]): string[] {
  const short = places.map(({ session }) => oneLine(session.name) || session.id);
  return places.map(({ host }, i) => {
    const own = short[i] ?? '';
    return short.indexOf(own) === short.lastIndexOf(own) ? own : `${oneLine(host.name)}:${own}`;
  });
}
