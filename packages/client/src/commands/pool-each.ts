/** The same for each of several machines: an outcome for each, and the worst exit code. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Context } from '../context.ts';
import type { Work } from '../providers/provider.ts';
import { asBerthError, renderError, worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { interruption } from './interruption.ts';

export interface MachineTold {
  readonly json: object;
  readonly text: string;
}

/** At once: one that takes minutes holds up no other. */
const AT_ONCE = 4;

export async function eachMachine(
  words: readonly string[],
  context: Context,
  work: (name: string, options: Work) => Promise<MachineTold>,
): Promise<number> {
  const { console } = context;
  using interrupted = interruption();
  const names = [...new Set(words)];
  const results: object[] = [];
  const codes: number[] = [];
  const turns = names.values();
  const one = async () => {
    for (const name of turns) {
      try {
        interrupted.signal.throwIfAborted();
        const told = await work(name, { signal: interrupted.signal });
        results.push(told.json);
        if (!console.json) console.out(`${told.text}\n`);
      } catch (error) {
        const known = interrupted.signal.aborted ? brokenOff(name) : named(asBerthError(error), name);
        console.err(renderError(known, console));
        codes.push(known.exitCode);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, names.length) }, one));
  if (console.json) console.out(`${toJson({ machines: results })}\n`);
  return worst(codes);
}

function brokenOff(name: string): BerthError {
  return new BerthError('INTERRUPTED', `machine ${name}: broken off`, {
    hint: 'run the command again: what was done is kept',
    values: { host: name },
  });
}

/** With several machines each error has to say whose it is. */
function named(error: BerthError, name: string): BerthError {
  const { reason, message, hint, values } = error;
  const told = message.includes(name) ? message : `machine ${name}: ${message}`;
  return new BerthError(reason, told, { hint, values: { host: name, ...values }, cause: error });
}
