/** What each step of a plan does. A mapped type: a step without an executor does not compile. */
import { messageOf } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { Step } from '../domain/plan.ts';
import { type Begun, isActive, type Session } from '../domain/session.ts';
import type { SessionFiles } from './files-port.ts';
import type { Terminals, Transcripts, Units } from './ports.ts';
import type { Registry } from './registry.ts';

export interface Effects {
  readonly registry: Registry;
  readonly files: SessionFiles;
  readonly units: Units;
  readonly terminals: Terminals;
  readonly transcripts: Transcripts;
  readonly now: () => number;
  /** Lays out what a launch consumes, for a session that begins again after a reboot. */
  readonly restage: (session: Begun) => Promise<void>;
}

type Executors = {
  [K in Exclude<Step['do'], 'wait' | 'signal'>]: (
    step: Extract<Step, { do: K }>,
    session: Session,
    effects: Effects,
  ) => Promise<'go-on' | 'look-again'>;
};

/** Runs one step. `look-again`: what the plan assumed does not hold any more. */
export const executors: Executors = {
  async launch(_step, session, effects) {
    if (!isActive(session)) return 'look-again';
    const { files, units, terminals, transcripts, registry, now } = effects;
    const paths = files.paths(session.id);
    try {
      await files.adopt(session.id);
      await transcripts.create(paths);
      const { id: sessionId, memoryBytes } = session;
      await units.start({ sessionId, paths, memoryBytes, ...terminals.server(paths) });
      const { columns, rows } = session.spec;
      const pid = await terminals.open({ paths, columns, rows });
      // Found out at once, with no second look: somebody waits for the answer.
      const enforcement = await units.enforces(sessionId, { pid, memoryBytes });
      registry.apply(sessionId, { type: 'launched', at: now(), enforcement });
      return 'look-again';
    } catch (error) {
      await units.kill(session.id, paths);
      registry.apply(session.id, { type: 'startFailed', at: now(), detail: messageOf(error) });
      return 'look-again';
    }
  },

  async restage(_step, session, { restage }) {
    if (!('spec' in session) || isFinal(session.state)) return 'look-again';
    await restage(session);
    return 'go-on';
  },

  async unstage(_step, session, { files }) {
    await files.unstage(session.id);
    return 'go-on';
  },

  async freeze(_step, session, { files, units }) {
    await units.freeze(session.id, files.paths(session.id));
    return 'go-on';
  },

  async thaw(_step, session, { files, units }) {
    await units.thaw(session.id, files.paths(session.id));
    return 'go-on';
  },

  async drain({ timeoutMs }, session, { files, transcripts }) {
    await transcripts.finish(files.paths(session.id), { timeoutMs });
    return 'go-on';
  },

  async stop(_step, session, { files, units }) {
    await units.kill(session.id, files.paths(session.id));
    return 'go-on';
  },

  async record(step, session, { registry }) {
    return registry.apply(session.id, step.event) ? 'go-on' : 'look-again';
  },
};
