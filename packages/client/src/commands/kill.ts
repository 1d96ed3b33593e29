/** `berth kill`: end sessions, and say what was sent and what became of them. */

import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { isExternal } from '@berth/shared/domain/external-session';
import { isFinal, statusOf } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { takeInventory } from '../fleet/inventory.ts';
import { rememberSession } from '../fleet/remember.ts';
import { type Place, placesOf } from '../fleet/resolve.ts';
import { counted } from '../render/counted.ts';
import { worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { confirm } from '../render/picker.ts';
import type { KillOutcome } from '../rpc/session-orders.ts';
import { defineCommand } from './command.ts';
import { eachTarget } from './each-target.ts';
import { story } from './stream.ts';
import { findSessions, reachCode, theSession, warnUnreachable } from './target.ts';
import { span, statuses } from './values.ts';

export const kill = defineCommand({
  usage: 'SESSION… | --all --status S',
  describe: 'End sessions: SIGTERM, and SIGKILL after the grace time.',
  example: 'berth kill my-session --grace 30s',
  flags: {
    grace: { type: 'string', value: 'TIME', describe: 'time before SIGKILL (10s)' },
    signal: { type: 'string', short: 's', value: 'SIG', describe: 'the first signal (TERM)' },
    all: { type: 'boolean', describe: 'all sessions of a status' },
    status: { type: 'list', value: 'S[,S]', describe: 'with --all: which' },
    yes: { type: 'boolean', short: 'y', describe: 'do not ask' },
  },
  async run({ flags, words }, context) {
    const graceMs = span('--grace', flags.grace ?? '10s');
    const signal = (flags.signal ?? '').toUpperCase().replace(/^SIG/, '');
    if (flags.all !== flags.status.length > 0)
      throw new BerthError('USAGE', '--all and --status S go together');
    if (flags.all && words.length > 0) throw new BerthError('USAGE', 'give sessions, or --all --status S');
    const chosen = flags.all
      ? await allOf(statuses('--status', flags.status), flags.yes, context)
      : { targets: words.length > 0 ? await findSessions(words, context) : [await one(context)], code: 0 };
    const { done, code } = await eachTarget(chosen.targets, {
      command: 'kill',
      context,
      work: async (place, client) => {
        const request = { requestId: randomUUID(), session: place.session.id, graceMs, signal };
        const outcome = await client.kill(request, { deadlineMs: graceMs + 30_000 });
        if (!place.external) rememberSession({ host: place.host, session: outcome.session }, context);
        if (!context.console.json) context.console.out(`${told(outcome)}\n`);
        return asJson(place, outcome);
      },
    });
    if (context.console.json) context.console.out(`${toJson({ sessions: done })}\n`);
    return worst([chosen.code, code]);
  },
});

async function one(context: Context): Promise<Place> {
  return await theSession([], context, {
    command: 'kill',
    accept: ({ session }) => !isFinal(session.state),
    none: 'none lives',
  });
}

async function allOf(wanted: readonly string[], yes: boolean, context: Context) {
  const answers = await takeInventory(context, await context.hosts());
  warnUnreachable(context, answers);
  // What other tools run is ended by name alone.
  const ours = placesOf(answers).filter(({ external }) => external === undefined);
  const targets = ours.filter(({ session }) => wanted.includes(statusOf(session.state)));
  if (targets.length > 0 && !yes) {
    if (!context.console.canAsk)
      throw new BerthError('USAGE', `cannot kill ${counted(targets.length, 'session')} without asking`, {
        hint: 'add --yes',
      });
    if (
      !(await confirm(context.console, `kill ${counted(targets.length, 'session')} (${wanted.join(', ')})?`))
    )
      return { targets: [], code: 1 };
  }
  return { targets, code: reachCode(answers) };
}

function told({ session, alreadyEnded, signals }: KillOutcome): string {
  if (isExternal(session.id)) {
    const what = alreadyEnded ? 'had no tmux session any more' : 'its tmux session was ended by SIGHUP';
    return `${oneLine(session.id)} ${what}`;
  }
  if (alreadyEnded) return `${session.id} had ended: ${story(session)}`;
  if (session.queuedAt !== null && session.startedAt === null && signals.length === 0) {
    return `${session.id} left the line: ${story(session)}`;
  }
  const sent = signals.map((name) => `SIG${oneLine(name).replace(/^SIG/, '')}`).join(', then ');
  return `${session.id} sent ${sent || 'nothing'}: ${story(session)}`;
}

function asJson({ host }: Place, { session, alreadyEnded, signals }: KillOutcome) {
  const { id, name, state, exitCode } = session;
  return {
    session_id: id,
    name,
    vm_name: host.name,
    status: statusOf(state),
    exit_code: exitCode,
    already_ended: alreadyEnded,
    signals,
  };
}
