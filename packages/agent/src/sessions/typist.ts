/**
 * Types into sessions, and looks whether what was typed arrived. Invariants:
 * - of two calls for one session the second begins when the first has ended, so that nobody's Enter
 *   sends somebody else's text;
 * - keys are pressed only once the text was seen to arrive, or the program hides what is typed:
 *   in a dialog that takes no text Enter would choose something;
 * - no look is later than LONGEST_MS after what was typed.
 */

import { checkKeys } from '../domain/typed-keys.ts';
import { changes, type Screen, shows, tailOf } from '../domain/typed-text.ts';
import { Bell } from './bell.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { SessionPaths } from './ports.ts';

/** `P` says where a session's terminal is. */
export interface TypistOptions<P> {
  readonly terminals: {
    type(place: P, input: { data: Uint8Array; keys: readonly string[] }): Promise<void>;
  };
  readonly screens: { look(place: P): Promise<Screen>; hidesTyping(place: P): Promise<boolean> };
  readonly paths: (sessionId: string) => P;
  /** Calls back whenever the session may have printed something. */
  readonly onOutput: (sessionId: string, listener: () => void) => Disposable;
  /** Somebody types into the session: called before it is done. */
  readonly onTyping: (sessionId: string) => void;
}

export interface Input {
  readonly data: Uint8Array;
  readonly keys: readonly string[];
  readonly verify: boolean;
}

/** `unseen`: nobody looked. `withheld`: the text was not seen to arrive, so its keys were not pressed. */
export type InputFate = 'unseen' | 'taken' | 'unchanged' | 'withheld';

const LONGEST_MS = 1500;
/** A change that shows no text of ours counts once it has stood for this long: it was no spinner. */
const STANDS_MS = 300;
/** Who has not answered by then may be one who hides what is typed. */
const PROMPT_MS = 250;

export class Typist<P = SessionPaths> {
  readonly #o: TypistOptions<P>;
  readonly #busy = new OneAtATime();

  constructor(options: TypistOptions<P>) {
    this.#o = options;
  }

  /** Throws ARGUMENT_INVALID for an unknown key, before anything is typed. */
  async type(sessionId: string, { data, keys, verify }: Input): Promise<InputFate> {
    checkKeys(keys);
    const { terminals, paths } = this.#o;
    return await this.#busy.run([sessionId], async () => {
      this.#o.onTyping(sessionId);
      if (verify) return await this.#verified(sessionId, { data, keys });
      await terminals.type(paths(sessionId), { data, keys });
      return 'unseen';
    });
  }

  async #verified(sessionId: string, { data, keys }: Omit<Input, 'verify'>): Promise<InputFate> {
    const { terminals, screens, onOutput } = this.#o;
    const paths = this.#o.paths(sessionId);
    const bell = new Bell();
    using _output = onOutput(sessionId, () => bell.ring());
    const watch = { bell, look: () => screens.look(paths), hides: () => screens.hidesTyping(paths) };
    let before = await screens.look(paths);
    let fate: Answer = 'taken';
    if (data.length > 0) {
      bell.reset();
      await terminals.type(paths, { data, keys: [] });
      fate = await textArrived(watch, before, tailOf(new TextDecoder().decode(data)));
      if (fate === 'unchanged') return keys.length > 0 ? 'withheld' : fate;
      before = await screens.look(paths);
    }
    if (keys.length > 0) {
      bell.reset();
      await terminals.type(paths, { data: new Uint8Array(), keys });
      // Of other keys many change nothing, and are taken all the same.
      const answers = keys.includes('Enter') || data.length === 0;
      if (answers && !(await keysArrived(watch, before))) return 'unchanged';
      if (answers) return 'taken';
    }
    return fate === 'hidden' ? 'unchanged' : fate;
  }
}

/** `hidden`: nothing showed, as the program means it. */
type Answer = 'taken' | 'unchanged' | 'hidden';

interface Watch {
  readonly bell: Bell;
  readonly look: () => Promise<Screen>;
  readonly hides: () => Promise<boolean>;
}

async function textArrived(watch: Watch, before: Screen, tail: string): Promise<Answer> {
  const { bell, look, hides } = watch;
  const start = performance.now();
  /** Since when each part of the screen is as it is. */
  const since = new Map<number | 'cursor', number>();
  let last = before;
  let asked = false;
  for (;;) {
    bell.reset();
    const now = await look();
    const at = performance.now();
    if (shows(tail, before, now)) return 'taken';
    for (const part of changes(last, now)) since.set(part, at);
    last = now;
    const changed = [...changes(before, now)];
    const stands = changed.map((part) => (since.get(part) ?? at) + STANDS_MS);
    if (stands.some((due) => due <= at)) return 'taken';
    const left = start + LONGEST_MS - at;
    // What began to change at the very end has nobody to say that it moves by itself.
    if (left <= 0) return 'unchanged';
    if (changed.length === 0 && at - start >= PROMPT_MS && !asked) {
      asked = true;
      if (await hides().catch(() => false)) return 'hidden';
    }
    const next = Math.min(...stands.map((due) => due - at), asked ? left : PROMPT_MS - (at - start), left);
    await bell.rung(AbortSignal.timeout(Math.max(1, Math.ceil(next))));
  }
}

/** Whether the screen changed at all. */
async function keysArrived({ bell, look }: Watch, before: Screen): Promise<boolean> {
  const end = performance.now() + LONGEST_MS;
  for (;;) {
    bell.reset();
    if (changes(before, await look()).size > 0) return true;
    const left = end - performance.now();
    if (left <= 0) return false;
    await bell.rung(AbortSignal.timeout(Math.ceil(left)));
  }
}
