/** `berth rm`: remove ended sessions for good, with their workspaces, and say what that freed. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { isFinal } from '@berth/shared/domain/session-state';
import type { DiskUse } from '@berth/shared/domain/workspace-source';
import type { Context } from '../context.ts';
import type { Place } from '../fleet/resolve.ts';
import { toJson } from '../render/json.ts';
import { withProgress } from '../render/progress.ts';
import type { HostClient } from '../rpc/host-client.ts';
import { defineCommand } from './command.ts';
import { diskJson, diskText } from './disk-text.ts';
import { eachTarget, namedJson, namedText } from './each-target.ts';
import { findSessions, theSession } from './target.ts';

/** A workspace of millions of files takes its time. */
export const REMOVE_MS = 600_000;
const GRACE_MS = 10_000;

export const rm = defineCommand({
  usage: '[HOST:]SESSION…',
  describe: 'Remove ended sessions for good: record, transcript, workspace, output.',
  example: 'berth rm my-session',
  flags: {
    force: { type: 'boolean', describe: 'also those that live: they are killed first' },
  },
  async run({ flags, words }, context) {
    const targets = words.length > 0 ? await findSessions(words, context) : [await one(context)];
    const { console } = context;
    const { done, code } = await withProgress(console, 'removing', () =>
      eachTarget(once(targets), {
        command: 'rm',
        context,
        work: async (place, client) => {
          if (flags.force && !isFinal(place.session.state)) await end(place, client);
          const freed = await removeSession(place, client);
          if (!console.json) console.out(`removed ${namedText(place.session)}, freed ${diskText(freed)}\n`);
          return { ...namedJson(place), freed: diskJson(freed) };
        },
      }),
    );
    if (console.json) console.out(`${toJson({ sessions: done })}\n`);
    await forgetPulls(
      done.map(({ session_id }) => session_id),
      context,
    );
    return code;
  },
});

export async function removeSession(place: Place, client: HostClient): Promise<DiskUse> {
  const request = { requestId: randomUUID(), session: place.session.id };
  return await client.remove(request, { deadlineMs: REMOVE_MS });
}

/** Of sessions that are gone, in the repository one is in. */
export async function forgetPulls(sessions: readonly string[], { env }: Context): Promise<void> {
  const { forgetPulled } = await import('../workspace/forget-pulled.ts');
  await forgetPulled(sessions, { directory: process.cwd(), env });
}

async function end({ session }: Place, client: HostClient): Promise<void> {
  const request = { requestId: randomUUID(), session: session.id, graceMs: GRACE_MS, signal: '' };
  await client.kill(request, { deadlineMs: GRACE_MS + 30_000 });
}

/** Two words may mean one session. */
function once(targets: readonly (Place | BerthError)[]): (Place | BerthError)[] {
  const seen = new Set<string>();
  return targets.filter((target) => {
    if (target instanceof BerthError) return true;
    const key = `${target.host.name}:${target.session.id}`;
    return !seen.has(key) && seen.add(key);
  });
}

async function one(context: Context): Promise<Place> {
  return await theSession([], context, {
    command: 'rm',
    accept: ({ session, external }) => external === undefined && isFinal(session.state),
  });
}
