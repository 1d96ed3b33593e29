/** What is asked of sessions of others' tools, and done to them; requests are answered once, as for ours. */
import type { Verdict } from '@berth/shared/domain/attention';
import { BerthError } from '@berth/shared/domain/berth-error';
import { type ExternalSnapshot, externalAsSession, externalId } from '@berth/shared/domain/external-session';
import type { SessionDetails } from '@berth/shared/domain/session-details';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { oneLine } from '@berth/shared/domain/text';
import type { RequestKey } from './commands.ts';
import type { UserTmux } from './external-port.ts';
import type { ExternalSessions } from './external-sessions.ts';
import type { Git } from './ports.ts';
import type { Registry } from './registry.ts';

/** What tmux sends to what runs in a session that it ends. */
const SENT = 'HUP';

export interface ExternalCommandsOptions {
  readonly external: ExternalSessions;
  readonly tmux: Pick<UserTmux, 'end'>;
  readonly registry: Pick<Registry, 'grantedTo'>;
  readonly git: Git;
}

export class ExternalCommands {
  readonly #o: ExternalCommandsOptions;

  constructor(options: ExternalCommandsOptions) {
    this.#o = options;
  }

  async list(): Promise<readonly ExternalSnapshot[]> {
    return await this.#o.external.list();
  }

  async get(
    name: string,
    { withDetails }: { withDetails: boolean },
  ): Promise<{ session: SessionSnapshot; details: SessionDetails | undefined }> {
    const found = await this.#o.external.find(name);
    const none = { artifacts: [], outputDirectory: '', statusDirectory: '', tmuxSocket: '' };
    const git =
      withDetails && found.directory.startsWith('/') ? await this.#o.git.state(found.directory) : null;
    return { session: externalAsSession(found), details: withDetails ? { git, ...none } : undefined };
  }

  async explain(name: string): Promise<{ session: SessionSnapshot; verdicts: readonly Verdict[] }> {
    const found = await this.#o.external.find(name);
    return { session: externalAsSession(found), verdicts: this.#o.external.explain(name) };
  }

  /** Where its tmux session is gone, it is put away with that. */
  async acknowledge(
    name: string,
    request: RequestKey & { method: string },
  ): Promise<{ session: SessionSnapshot; cleared: boolean }> {
    const { external } = this.#o;
    // A second try must not clear what was raised after the first.
    if (this.#granted(request)) return { session: await this.#last(name), cleared: true };
    await external.find(name);
    const cleared = external.answer(name, 'acknowledged', { ...request, sessionId: externalId(name) });
    return { session: await this.#last(name), cleared };
  }

  async snooze(
    name: string,
    { until, ...request }: RequestKey & { method: string; until: number },
  ): Promise<SessionSnapshot> {
    const { external } = this.#o;
    if (this.#granted(request)) return await this.#last(name);
    await external.find(name);
    external.snooze(name, until, { ...request, sessionId: externalId(name) });
    return await this.#last(name);
  }

  /** Ends its tmux session; there is no second, harder way. Throws ARGUMENT_INVALID for another signal. */
  async kill(
    name: string,
    { key, signal }: { key: RequestKey; signal: string },
  ): Promise<{ session: SessionSnapshot; alreadyEnded: boolean; signals: string[] }> {
    const { external, tmux } = this.#o;
    const request = { ...key, method: 'Kill' };
    if (this.#granted(request)) return ended(await this.#last(name));
    const found = await external.find(name);
    if (!found.live) return { session: externalAsSession(found), alreadyEnded: true, signals: [] };
    if (signal !== '' && signal !== SENT) {
      const message = `cannot send SIG${signal} to ${oneLine(externalId(name))}: tmux ends it with SIGHUP`;
      throw new BerthError('ARGUMENT_INVALID', message, { hint: 'leave out --signal' });
    }
    await tmux.end(name);
    external.ended(name, { ...request, sessionId: externalId(name) });
    return ended(externalAsSession({ ...found, live: false, attention: null }));
  }

  #granted(request: RequestKey & { method: string }): boolean {
    return this.#o.registry.grantedTo(request.method, request) !== null;
  }

  /** As it was last, also where nothing is left of it. */
  async #last(name: string): Promise<SessionSnapshot> {
    const known = this.#o.external.known(name);
    return externalAsSession(known ?? (await this.#o.external.find(name)));
  }
}

function ended(session: SessionSnapshot) {
  return { session, alreadyEnded: false, signals: [SENT] };
}
