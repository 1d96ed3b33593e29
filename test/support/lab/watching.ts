/** A `berth watch --json` on the laptop, and what it told so far. */
import { expect } from 'vitest';
import type { Running } from '../running.ts';
import { until } from '../until.ts';
import type { LabFleet } from './fleet.ts';

export interface ToldEvent {
  readonly host: string;
  readonly number: number;
  readonly session_id: string;
  readonly session: string;
  readonly type: string;
  /** Of `session_changed`. */
  readonly status?: string;
  /** Of `attention_raised`. */
  readonly attention_kind?: string;
}

interface LinkRemark {
  readonly link?: { readonly host: string; readonly state: string };
}

const LONG_MS = 60_000;

export class Watching {
  readonly #running: Running;

  constructor(running: Running) {
    this.#running = running;
  }

  get told(): ToldEvent[] {
    return lines<ToldEvent>(this.#running.stdout);
  }

  /** `HOST STATE`, of each change of a link that was said. */
  get links(): string[] {
    return lines<LinkRemark>(this.#running.stderr).flatMap(({ link }) =>
      link ? [`${link.host} ${link.state}`] : [],
    );
  }

  async tells(what: string, fits: (told: readonly ToldEvent[]) => boolean): Promise<void> {
    await this.#until(`the watch tells ${what}`, () => fits(this.told));
  }

  /** Resolves when this was said of a host, `times` times. */
  async says(host: string, state: string, times = 1): Promise<void> {
    const said = () => this.links.filter((link) => link === `${host} ${state}`).length >= times;
    await this.#until(`the watch says that ${host} is ${state}`, said);
  }

  async end(): Promise<void> {
    this.#running.kill('SIGINT');
    const { code } = await this.#running.finished;
    if (code !== 130) throw new Error(`the watch ended with ${code}: ${this.#running.stderr}`);
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const look = () => holds() || this.#running.ended;
    await until(look, { what, deadlineMs: LONG_MS, everyMs: 50 }).catch((cause: unknown) => {
      const { stdout, stderr } = this.#running;
      throw new Error(`${what}: not so; it printed:\n${stdout.slice(-3_000)}${stderr}`, { cause });
    });
    if (!holds()) throw new Error(`${what}: it ended; it printed:\n${this.#running.stderr}`);
  }
}

/** What is whole of a stream of JSON lines; remarks for people in between are left out. */
function lines<T>(text: string): T[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as T);
}

export function raised(told: readonly ToldEvent[]): ToldEvent[] {
  return told.filter(({ type }) => type === 'attention_raised');
}

/**
 * Fails unless what was told of each host is what its journal has from the first told event to the
 * last of these: without a gap, in order, each once.
 */
export async function expectAsInJournals(fleet: LabFleet, told: readonly ToldEvent[]): Promise<void> {
  for (const { name } of fleet.hosts) {
    const ofHost = told.filter(({ host }) => host === name);
    const [first, last] = [ofHost.at(0)?.number ?? 0, ofHost.at(-1)?.number ?? 0];
    const journal = await fleet.journal(name);
    const kept = journal.filter(({ number }) => number >= first && number <= last);
    const row = (number: number, session: string, type: string) => `${name} ${number} ${session} ${type}`;
    expect(ofHost.map(({ number, session_id, type }) => row(number, session_id, type))).toEqual(
      kept.map(({ number, sessionId, event }) => row(number, sessionId, snake(event.fact?.$case ?? ''))),
    );
    expect(ofHost.map(({ number }) => number - first)).toEqual([...ofHost.keys()]);
  }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
