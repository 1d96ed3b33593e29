/** `berth watch`: the events of all hosts as they happen, each once, however often a link breaks. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { parseDuration } from '@berth/shared/domain/duration';
import { EVENT_KINDS, type EventKind } from '@berth/shared/domain/event';
import { nameProblem } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { createFleetCache } from '../fleet/cache.ts';
import { chooseHosts, namedOf } from '../fleet/inventory.ts';
import { openLiveFleet } from '../fleet/live/open-live-fleet.ts';
import { nearest } from '../fleet/nearest.ts';
import { DEFAULT_SESSION } from '../fleet/resolve.ts';
import { parseTarget } from '../fleet/target-word.ts';
import type { Console } from '../render/console.ts';
import { openCursorFile } from '../watch/cursor-file.ts';
import { eventLine } from '../watch/event-line.ts';
import { execSink } from '../watch/exec-sink.ts';
import { linkLines } from '../watch/link-line.ts';
import type { EventSink } from '../watch/sink.ts';
import { inTimeOrder } from '../watch/time-order.ts';
import { tellUnknown } from '../watch/unknown-session.ts';
import { beginnings, watchFleet } from '../watch/watch-fleet.ts';
import { defineCommand } from './command.ts';
import { interruption } from './interruption.ts';
import { span } from './values.ts';
import {
  NOTIFY_CURSOR,
  NOTIFY_FLAGS,
  notifyLock,
  openNotify,
  refuseWithoutNotify,
  testNotifications,
} from './watch-notify.ts';

/** A host that has more to tell of the past does so at once: after this time it has none. Ms. */
const SILENT_MS = 500;

export const watch = defineCommand({
  usage: '[--since 12h] [--only KIND[,KIND]] [--session SESSION]',
  describe: 'Print what happens on all hosts, as it happens: attention, states, output, files.',
  example: 'berth watch --only attention --since 12h',
  flags: {
    since: { type: 'string', value: 'TIME', describe: 'also what happened since 12h, or since an ISO time' },
    only: { type: 'list', value: 'KIND[,KIND]', describe: `only these: ${EVENT_KINDS.join(' ')}` },
    host: { type: 'list', value: 'HOST', describe: 'only this host' },
    session: { type: 'list', value: '[HOST:]SESSION', describe: 'only this session, by name or id' },
    once: { type: 'boolean', describe: 'end after the first event' },
    timeout: { type: 'string', value: 'TIME', describe: 'end after this time, with exit code 124' },
    cursor: {
      type: 'string',
      value: 'NAME',
      describe: 'go on where the last watch with this cursor ended',
    },
    exec: {
      type: 'string',
      value: 'COMMAND',
      describe: 'run sh -c COMMAND for each event, with its JSON on standard input',
    },
    ...NOTIFY_FLAGS,
  },
  most: 0,
  async run({ flags }, context) {
    const { console } = context;
    refuseWithoutNotify(flags);
    if (flags.test) return await testNotifications(flags, context);
    const filter = { kinds: kindsOf(flags.only), sessions: flags.session.map(sessionOf) };
    const timeoutMs = flags.timeout === undefined ? null : span('--timeout', flags.timeout, { atLeast: 1 });
    const sinceTime = flags.since === undefined ? null : timeOf(flags.since, Date.now());
    const hosts = await chooseHosts(context, flags.host);
    using _lock = flags.notify ? await notifyLock(context) : null;
    const cursorName = flags.cursor ?? (flags.notify ? NOTIFY_CURSOR : undefined);
    using cursor = cursorName === undefined ? null : openCursor(cursorName, context);

    using interrupted = interruption();
    const timeUp = new AbortController();
    const timer = timeoutMs === null ? null : setTimeout(() => timeUp.abort(), timeoutMs);
    const signal = AbortSignal.any([interrupted.signal, timeUp.signal]);
    const sinks: EventSink[] = [printSink(console, signal)];
    if (flags.exec !== undefined) {
      const failed = (text: string) => console.err(`berth: ${text}\n`);
      sinks.push(execSink({ command: flags.exec, env: context.env, failed, signal }));
    }
    const lines = linkLines({ json: console.json, now: Date.now });
    await using fleet = openLiveFleet({
      hosts,
      context,
      cache: createFleetCache(context.paths.cacheDir),
      beginning: beginnings(cursor, sinceTime),
      follow: (changed) => context.watchHosts((all) => changed(namedOf(all, flags.host))),
    });
    await using notify = flags.notify ? await openNotify(flags, context, { fleet, filter }) : null;
    try {
      const remark = (news: Parameters<typeof lines>[0]) => {
        const line = lines(news);
        if (line !== null) console.err(`${line}\n`);
      };
      const observe = notify ? { observe: notify.take } : {};
      const past = sinceTime !== null || cursor !== null;
      const order = {
        hosts: hosts.map(({ name }) => name),
        reachMs: context.settings.fanoutMs,
        silentMs: SILENT_MS,
      };
      const told = past && hosts.length > 1 ? inTimeOrder(fleet, order) : fleet;
      using _unknown = tellUnknown(filter.sessions, { fleet, console });
      const watched = { fleet: told, filter, sinks, cursor, remark, once: flags.once, signal, ...observe };
      if (await watchFleet(watched)) return 0;
      return interrupted.signal.aborted ? 130 : 124;
    } finally {
      if (timer) clearTimeout(timer);
    }
  },
});

/** A reader that takes nothing holds back the events, and not the end. */
function printSink(console: Console, signal: AbortSignal): EventSink {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return async ({ host, event, changed, json }) => {
    const line = console.json ? json : eventLine(host.name, event, Date.now(), changed);
    await Promise.race([console.write(`${line}\n`), over]);
  };
}

/** `host:` is its default session. */
function sessionOf(word: string) {
  const { host, session } = parseTarget(word);
  return { host, session: session || DEFAULT_SESSION };
}

function kindsOf(texts: readonly string[]): EventKind[] {
  const words = texts.flatMap((text) => text.split(',')).map((word) => word.trim());
  return words.filter(Boolean).map((word) => {
    const kind = EVENT_KINDS.find((known) => known === word);
    if (kind) return kind;
    const close = nearest(word, EVENT_KINDS);
    throw new BerthError('USAGE', `--only cannot be ${word}: it is one of ${EVENT_KINDS.join(', ')}`, {
      ...(close ? { hint: `did you mean ${close}?` } : {}),
    });
  });
}

/** Ms since the epoch. */
function timeOf(text: string, now: number): number {
  const ms = parseDuration(text);
  const at = ms === null ? (/^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN) : now - ms;
  if (Number.isFinite(at)) return at;
  throw new BerthError('USAGE', `--since cannot be ${text}: it takes a span of time or an ISO time`, {
    hint: 'write 90s, 12h, 2026-11-20 or 2026-11-20T08:30:00Z',
  });
}

function openCursor(name: string, context: Context) {
  const problem = nameProblem(name);
  if (problem) throw new BerthError('USAGE', `--cursor cannot be ${name}: ${problem}`);
  return openCursorFile(context.paths.stateDir, name);
}
