/** `berth attach`: this terminal on a session. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isExternal } from '@berth/shared/domain/external-session';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import type { Place } from '../fleet/resolve.ts';
import { openLooking } from '../notify/looking.ts';
import { attachTerminal } from '../terminal/attach.ts';
import { parseKeys } from '../terminal/keystrokes.ts';
import { awaitTurn } from './await-turn.ts';
import { defineCommand, type Flags } from './command.ts';
import { setting } from './defaults.ts';
import { story } from './stream.ts';
import { theSession } from './target.ts';

export const ATTACH_FLAGS = {
  'read-only': { type: 'boolean', short: 'r', describe: 'watch, without typing' },
  'detach-others': { type: 'boolean', short: 'd', describe: 'detach all other terminals' },
  'detach-keys': { type: 'string', value: 'KEYS', describe: 'keys that detach (ctrl-b d)' },
  'no-reconnect': { type: 'boolean', describe: 'stop when the connection breaks' },
} as const satisfies Flags;

export interface AttachChoice {
  readonly 'read-only'?: boolean;
  readonly 'detach-others'?: boolean;
  readonly 'detach-keys'?: string | undefined;
  readonly 'no-reconnect'?: boolean;
}

export const attach = defineCommand({
  usage: '[HOST:]SESSION',
  describe: 'Put your terminal on a session. Detach with ctrl-b d; the session goes on.',
  example: 'berth attach my-session',
  flags: ATTACH_FLAGS,
  most: 1,
  async run({ flags, words }, context) {
    needTerminal(context, words[0]);
    detachKeysOf(flags, context);
    const accept = ({ session }: Place) => !isFinal(session.state);
    return await attachTo(await theSession(words, context, { command: 'attach', accept }), flags, context);
  },
});

/** Before anything is started or created for it. `session`: as it was named. Throws USAGE. */
export function needTerminal({ console }: Context, session?: string): void {
  if (console.json) {
    throw new BerthError('USAGE', 'cannot attach with --json: a terminal shows no JSON', {
      hint: 'leave out --json',
    });
  }
  if (console.stdin.isTTY === true && console.isTty) return;
  throw new BerthError('USAGE', 'cannot attach here: standard input and output must be a terminal', {
    hint: 'watch it with berth output --follow SESSION, type with berth send SESSION TEXT',
    values: session === undefined ? {} : { session },
  });
}

/** The keys that detach, as text and as bytes. Throws USAGE. */
export function detachKeysOf(choice: AttachChoice, context: Context): { text: string; keys: Uint8Array } {
  const text = choice['detach-keys'] ?? setting(context, 'detachKeys') ?? 'ctrl-b d';
  const keys = parseKeys(text);
  if (keys) return { text, keys };
  throw new BerthError('USAGE', `--detach-keys cannot be ${text}: it takes keys`, {
    hint: 'write ctrl-b d or ctrl-p,ctrl-q',
  });
}

export async function attachTo(found: Place, choice: AttachChoice, context: Context): Promise<number> {
  const place = await awaitTurn(found, { reconnect: choice['no-reconnect'] !== true }, context);
  if (!place) return 130;
  const { session, host } = place;
  if (isFinal(session.state)) {
    if (isExternal(session.id)) throw noTmuxSession(place);
    throw new BerthError('SESSION_ENDED', `cannot attach to ${story(session)}`, {
      values: { session: session.id, host: host.name },
      hint: `see what it left: berth output ${session.id}`,
    });
  }
  const { text, keys: detachKeys } = detachKeysOf(choice, context);
  const readOnly = choice['read-only'] === true;
  const { console } = context;
  console.err(`berth: detach with ${text}${readOnly ? '; read-only' : ''}\n`);
  const still = session.state === 'suspended' ? suspendedText(session) : null;
  const notices = async (show: (text: string) => void) => {
    if (still) show(still);
    if (!context.settings.attachNotices) return new DisposableStack();
    const { watchAttention } = await import('../fleet/attention-notices.ts');
    return await watchAttention({ context, show, host: host.name, sessionId: session.id });
  };
  using looking = openLooking(context.paths.runtimeDir, { host: host.name, sessionId: session.id });
  const outcome = await attachTerminal({
    console,
    env: context.env,
    connect: (signal) => context.connect(host, { signal }),
    session: session.id,
    readOnly,
    detachOthers: choice['detach-others'] === true,
    detachKeys,
    reconnect: choice['no-reconnect'] !== true,
    notices: still || context.settings.attachNotices ? notices : undefined,
    person: (sign) => looking.sign(sign),
  });
  const last = outcome.session ?? session;
  const label = isExternal(last.id) ? oneLine(last.id) : oneLine(last.name) || last.id;
  if (outcome.kind === 'session-ended')
    console.err(`berth: ${isExternal(last.id) ? `the tmux session of ${label} is gone` : story(last)}\n`);
  else {
    const by = outcome.kind === 'taken' ? ' by another terminal' : '';
    console.err(`berth: detached${by}; session ${label} goes on: berth attach ${label}\n`);
  }
  return 0;
}

function noTmuxSession({ session, host }: Place): BerthError {
  const id = oneLine(session.id);
  return new BerthError('SESSION_ENDED', `cannot attach to ${id}: there is no tmux session of its name`, {
    values: { session: session.id, host: host.name },
    hint: `put it away: berth ack ${oneLine(host.name)}:${id}`,
  });
}

function suspendedText({ name, id }: Place['session']): string {
  const label = oneLine(name) || id;
  return `${label} is suspended: what you type waits for berth resume ${label}`;
}
