/** What `berth start` prints of each session. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { formatMemory } from '@berth/shared/domain/memory';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { statusText } from '../fleet/queue-place.ts';
import type { Placed } from '../placement/place.ts';
import { renderError, withCommand } from '../render/errors.ts';

/** Prints it, and gives its exit code. `quiet`: standard output is for what the session prints. */
export function report(
  result: PromiseSettledResult<Placed>,
  about: { i: number; of: number; quiet: boolean },
  { console }: Context,
): number {
  const head = `[${about.i + 1}/${about.of}]`;
  if (result.status === 'rejected') {
    if (!console.json && about.of > 1) console.err(`${head} failed\n`);
    console.err(renderError(withCommand(withNewName(result.reason), 'start'), console));
    return result.reason instanceof BerthError ? result.reason.exitCode : 1;
  }
  const { host, session } = result.value;
  if (console.json) return failedAtStart(session);
  const what = session.prompt || session.argv.join(' ');
  const how = session.state === 'queued' ? 'queued' : 'reused';
  const lines = [
    `${head} ${session.id}`,
    `  host    ${oneLine(host.name)} (${how}), ${formatMemory(session.memoryBytes)}`,
    ...(session.name ? [`  name    ${oneLine(session.name)}`] : []),
    ...(session.skipPermissions ? ['  SKIPS PERMISSIONS: it asks nobody before it acts'] : []),
    ...(session.preset ? [`  preset  ${oneLine(session.preset)}`] : []),
    ...(what ? [`  prompt  ${oneLine(what)}`] : []),
    `  status  ${statusText(session)}${session.detail ? `: ${oneLine(session.detail)}` : ''}`,
    ...(isFinal(session.state) || about.quiet
      ? []
      : [`  follow  berth output --follow ${session.name ? oneLine(session.name) : session.id}`]),
  ];
  const text = `${lines.join('\n')}\n`;
  if (about.quiet) console.err(text);
  else console.out(text);
  return failedAtStart(session);
}

/** A start can be called something else, at once. */
function withNewName(error: unknown): unknown {
  if (!(error instanceof BerthError) || error.reason !== 'NAME_TAKEN') return error;
  const hint = 'choose another name (--name NEW), or attach to that session';
  return new BerthError(error.reason, error.message, { values: error.values, hint, cause: error });
}

function failedAtStart(session: SessionSnapshot): number {
  return session.failureReason === 'start' ? 1 : 0;
}
