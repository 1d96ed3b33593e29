/** The terminals of sessions of others' tools: in the user's own tmux server, which stays as it is. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { type ExternalSnapshot, externalAsSession, externalId } from '@berth/shared/domain/external-session';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { oneLine } from '@berth/shared/domain/text';
import type { UserTmux } from './external-port.ts';
import type { ExternalSessions } from './external-sessions.ts';
import type { Notice } from './ports.ts';
import { type Input, type InputFate, Typist } from './typist.ts';

/** Nothing tells of their output: while somebody waits for it the screen is looked at this often, in ms. */
const LOOK_EVERY_MS = 50;

export class ExternalTerminals {
  readonly #external: ExternalSessions;
  readonly #tmux: UserTmux;
  readonly #typist: Typist<string>;

  constructor({ external, tmux }: { external: ExternalSessions; tmux: UserTmux }) {
    this.#external = external;
    this.#tmux = tmux;
    this.#typist = new Typist<string>({
      terminals: tmux,
      screens: tmux,
      paths: (name) => name,
      onTyping: (name) => this.typed(name),
      onOutput: (_name, listener) => {
        const timer = setInterval(listener, LOOK_EVERY_MS);
        return { [Symbol.dispose]: () => clearInterval(timer) };
      },
    });
  }

  /** Throws SESSION_NOT_FOUND, and SESSION_ENDED where it has no tmux session. */
  async live(name: string): Promise<ExternalSnapshot> {
    const session = await this.#external.find(name);
    if (session.live) return session;
    const message = `${oneLine(externalId(name))} has no terminal: there is no tmux session of its name`;
    throw new BerthError('SESSION_ENDED', message, { hint: 'on its host: tmux list-sessions' });
  }

  /** As it is now, or was last. */
  async now(name: string): Promise<ExternalSnapshot> {
    return await this.#external.find(name).catch((error: unknown) => {
      const known = this.#external.known(name);
      if (!known) throw error;
      return { ...known, live: false };
    });
  }

  /** Somebody typed into it. */
  typed(name: string): void {
    this.#external.answer(name, 'typed');
  }

  async type(name: string, input: Input): Promise<InputFate> {
    return await this.#typist.type(name, input);
  }

  async capture(
    name: string,
    options: { screenOnly: boolean },
  ): Promise<{ session: SessionSnapshot; lines: string[] }> {
    const session = externalAsSession(await this.live(name));
    return { session, lines: await this.#tmux.capture(name, options) };
  }

  /** Detaches whoever is attached; resolves with how many that were. */
  async detachAll(name: string): Promise<{ session: SessionSnapshot; detached: number }> {
    const session = externalAsSession(await this.live(name));
    return { session, detached: await this.#tmux.detachAll(name) };
  }

  async notify(notice: Notice): Promise<void> {
    await this.#tmux.notify(notice);
  }
}
