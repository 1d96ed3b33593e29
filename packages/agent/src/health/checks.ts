/** What must hold for the agent to be healthy, each looked at with a deadline of its own. */

import { connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { EventLoopLag } from './event-loop.ts';

export interface Check {
  readonly name: CheckName;
  /** Resolves with what it saw, in a few words; rejects where that is bad, or could not be told. */
  readonly look: () => Promise<string> | string;
  /** True where starting the agent anew may mend this failure: then systemd's watchdog is not fed. */
  readonly restartMends: (error: unknown) => boolean;
}

/** The checks there are, in the order of a report. */
export const CHECK_NAMES = ['event-loop', 'journal', 'tmux', 'socket'] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/** The name under which grpc.health.v1 answers for one check. */
export function checkService(name: CheckName): string {
  return `berth.check.${name}`;
}

export interface CheckResult {
  readonly name: CheckName;
  readonly ok: boolean;
  /** One line. */
  readonly detail: string;
  readonly restartMends: boolean;
}

export interface HealthReport {
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
}

/** Thrown by deadlines: something does not answer. */
class Unanswered extends Error {}

/**
 * Looks at everything at once. Never rejects, and never takes longer than the deadline (ms). A
 * look that hangs has failed, and is not taken again before it has ended.
 */
export function createChecks(checks: readonly Check[], deadlineMs: number): () => Promise<HealthReport> {
  const hanging = new Set<Check>();

  async function one(check: Check): Promise<CheckResult> {
    const { name } = check;
    try {
      if (hanging.has(check)) throw new Unanswered('still no answer to an earlier check');
      hanging.add(check);
      const looked = (async () => check.look())().finally(() => hanging.delete(check));
      const detail = await withDeadline(looked, deadlineMs);
      return { name, ok: true, detail: oneLine(detail), restartMends: false };
    } catch (error) {
      const detail = oneLine(messageOf(error));
      return { name, ok: false, detail, restartMends: check.restartMends(error) };
    }
  }

  return async () => {
    const results = await Promise.all(checks.map(one));
    return { ok: results.every(({ ok }) => ok), checks: results };
  };
}

/** The event loop gets round in time: `limitMs` is for its 99th percentile. */
export function eventLoopCheck(loop: Pick<EventLoopLag, 'lagMs' | 'typicalLagMs'>, limitMs: number): Check {
  return {
    name: 'event-loop',
    // Held up now and then, the agent is on a host that has too much to do, and a new start would be
    // more of it. Held up all the time, something in the agent goes round and round.
    restartMends: () => loop.typicalLagMs() > limitMs,
    look() {
      const lag = Math.round(loop.lagMs());
      if (lag > limitMs) throw new Error(`the event loop runs ${lag} ms late, the limit is ${limitMs} ms`);
      return `${lag} ms late`;
    },
  };
}

/** The journal can be written: without that nothing may be promised. */
export function journalCheck(journal: { ping(): void }): Check {
  return {
    name: 'journal',
    // A new start frees no disk; it would only end the calls that still work, such as reading output.
    restartMends: (error) => !(error instanceof BerthError && error.reason === 'DISK_FULL'),
    look() {
      const began = performance.now();
      journal.ping();
      return `written in ${Math.round(performance.now() - began)} ms`;
    },
  };
}

export interface LiveTerminal {
  readonly sessionId: string;
  /** Rejects where the session's tmux server could not be asked. */
  readonly observe: () => Promise<unknown>;
}

/** One session's tmux answers, another one at each look. None alive: nothing to ask. */
export function tmuxCheck(live: () => readonly LiveTerminal[]): Check {
  let turn = 0;
  return {
    name: 'tmux',
    // The server of a session is no child of the agent.
    restartMends: () => false,
    async look() {
      const terminals = live();
      const asked = terminals[turn++ % terminals.length];
      if (!asked) return 'no session to ask';
      try {
        // Null is an answer, too: a session may end at any time.
        await withDeadline(asked.observe(), TMUX_MS);
      } catch (error) {
        throw new Error(`the tmux server of ${asked.sessionId} does not answer: ${messageOf(error)}`);
      }
      return `${asked.sessionId} answers`;
    },
  };
}

const TMUX_MS = 2000;

/** The agent's own socket is there and HTTP/2 is spoken behind it. */
export function socketCheck(socket: string): Check {
  return {
    name: 'socket',
    restartMends: () => true,
    look: () =>
      new Promise((resolve, reject) => {
        const session = connect('http://localhost', { createConnection: () => connectSocket(socket) });
        session.setTimeout(SOCKET_MS, () => session.destroy(new Unanswered('the socket does not answer')));
        session.once('remoteSettings', () => {
          resolve('answers');
          session.destroy();
        });
        session.once('error', reject);
        session.once('close', () => reject(new Unanswered('the socket was closed')));
      }),
  };
}

const SOCKET_MS = 2000;

/** Rejects after `ms`; what comes later is dropped. */
function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Unanswered(`no answer within ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
