/**
 * Those who must not notice: sessions that print, followers of some of them, a person at a
 * terminal, a watcher of events. At the end they tell what they have, and it is compared.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Running } from '../running.ts';
import type { TestTerminal } from '../terminal.ts';
import { until } from '../until.ts';
import { chatty, checkChatter } from './chatty.ts';
import { allEvents, EventWatcher } from './event-watcher.ts';
import type { Site } from './site.ts';

const STOP = '/home/dev/stop';
const TYPED = '/home/dev/typed';
const SMALL = ['-m', '32M'];

export interface CrowdSize {
  readonly sessions: number;
  readonly followers: number;
}

interface Chatter {
  readonly id: string;
  readonly name: string;
  readonly follower: Running | null;
}

export class Crowd implements AsyncDisposable {
  readonly watcher: EventWatcher;
  readonly #site: Site;
  readonly #chatters: readonly Chatter[];
  /** Session that takes what is typed. */
  readonly #typist: string;
  readonly #terminal: TestTerminal;
  readonly #lines: string[] = [];

  private constructor(options: {
    site: Site;
    watcher: EventWatcher;
    chatters: readonly Chatter[];
    typist: string;
    terminal: TestTerminal;
  }) {
    this.#site = options.site;
    this.watcher = options.watcher;
    this.#chatters = options.chatters;
    this.#typist = options.typist;
    this.#terminal = options.terminal;
  }

  /** They are the first on their host. */
  static async gather(site: Site, size: CrowdSize): Promise<Crowd> {
    const { sandbox } = site;
    const watcher = new EventWatcher(() => site.tunnel());
    const chatters: Chatter[] = [];
    for (let index = 0; index < size.sessions; index++) {
      const name = `chatty-${index}`;
      const id = await site.start(chatty({ name, stop: STOP }), [...SMALL, '-n', name]);
      const args = ['output', id, '--follow', '--raw', '--since-offset', '0'];
      chatters.push({ id, name, follower: index < size.followers ? sandbox.spawnBerth(args) : null });
    }
    const typist = await site.start(['bash', '-c', `stty -echo; echo ready; cat >${TYPED}`], SMALL);
    const terminal = sandbox.berthTerminal(['attach', typist]);
    await terminal.waitForScreen(/ready/);
    return new Crowd({ site, watcher, chatters, typist, terminal });
  }

  /** Types a line, whether the agent is there or not. */
  type(text: string): void {
    this.#lines.push(text);
    this.#terminal.type(text);
    this.#terminal.press('Enter');
  }

  /** Throws unless all of them run. */
  async checkAlive(): Promise<void> {
    const rows = await this.#site.sessions();
    for (const id of [...this.#chatters.map(({ id }) => id), this.#typist]) {
      const status = rows.find(({ session_id }) => session_id === id)?.status;
      if (status !== 'running') throw new Error(`${id} is ${status}`);
    }
  }

  /** Ends them all, compares everything, throws where anything is missing; resolves with the figures. */
  async finish(): Promise<string> {
    const { vm } = this.#site;
    const typed = () => readFileSync(vm.path(TYPED), 'utf8');
    const expected = this.#lines.map((line) => `${line}\n`).join('');
    await until(() => typed() === expected, { what: 'all lines typed arrived', deadlineMs: 30_000 }).catch(
      (error: Error) => {
        throw new Error(`${error.message}; these did:\n${typed()}`);
      },
    );
    writeFileSync(vm.path(STOP), '');
    this.#terminal.press('C-d');
    await this.#terminal.waitForExit({ deadlineMs: 30_000 });
    await this.#allCompleted();
    let bytes = 0;
    for (const { id, name, follower } of this.#chatters) {
      const transcript = readFileSync(this.#site.file(id, 'transcript'));
      checkChatter(name, transcript);
      bytes += transcript.length;
      if (!follower) continue;
      await follower.finished;
      if (!follower.bytes.equals(transcript)) {
        throw new Error(`the follower of ${name} has ${follower.bytes.length} of ${transcript.length} bytes`);
      }
      bytes += follower.bytes.length;
    }
    const events = await this.#checkEvents();
    return (
      `${this.#chatters.length} sessions, 0 lost, ${bytes.toLocaleString('en')} bytes compared, 0 missing; ` +
      `${events} events over ${this.watcher.breaks} breaks, 0 gaps; ${this.#lines.length} lines typed, 0 missing`
    );
  }

  async #allCompleted(): Promise<void> {
    for (const id of [...this.#chatters.map(({ id }) => id), this.#typist]) {
      const ended = async () => {
        const { status, exit_code } = await this.#site.session(id);
        return status === 'running' ? null : { status, exit_code };
      };
      const end = await until(ended, { what: `${id} ended`, deadlineMs: 60_000, everyMs: 200 });
      if (end.status !== 'completed' || end.exit_code !== 0)
        throw new Error(`${id}: ${end.status}, exit ${end.exit_code}`);
    }
  }

  /** The watcher saw what the journal holds, each number once; each session's life has its three steps. */
  async #checkEvents(): Promise<number> {
    const kept = await allEvents(await this.#site.tunnel());
    const { seen } = this.watcher;
    await until(() => seen.length >= kept.length, { what: `the watcher saw ${kept.length} events` });
    kept.forEach(({ number, hash }, index) => {
      const same = seen[index]?.number === index + 1 && seen[index]?.hash === hash;
      if (number !== index + 1 || !same) throw new Error(`event ${index + 1} of the journal was not seen so`);
    });
    for (const { id } of this.#chatters) {
      const own = kept.filter(({ sessionId }) => sessionId === id);
      const steps = own.filter(({ event }) => event.fact?.$case === 'sessionChanged').length;
      if (steps !== 3) throw new Error(`${id} has ${steps} events`);
    }
    return kept.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watcher[Symbol.asyncDispose]();
  }
}
