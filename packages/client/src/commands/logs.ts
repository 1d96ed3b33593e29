/** `berth logs`: what the agent of a host logged, also while it does not run. */
import { PassThrough } from 'node:stream';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { findHost } from '../fleet/inventory.ts';
import { type LogLine, readAgentLog } from '../hosts/agent-log.ts';
import { clock } from '../render/clock.ts';
import { defineCommand } from './command.ts';
import { interruption } from './interruption.ts';
import { span, wholeNumber } from './values.ts';

const LINES = 100;
/** A host that does not notice that nobody listens any more is left alone after so long. */
const END_MS = 2000;

export const logs = defineCommand({
  usage: '[HOST]',
  describe: "What a host's agent logged, also while it does not run.",
  example: 'berth logs local --lines 20',
  flags: {
    lines: { type: 'string', short: 'n', value: 'N', describe: `the last N lines (${LINES})` },
    since: { type: 'string', value: 'TIME', describe: 'what was logged within this time: 1h, 30m' },
    follow: { type: 'boolean', short: 'f', describe: 'go on as it logs' },
  },
  most: 1,
  async run({ flags, words }, context) {
    const sinceMs = flags.since === undefined ? null : span('--since', flags.since, { atLeast: 1 });
    const given = flags.lines === undefined ? null : wholeNumber('--lines', flags.lines);
    const lines = given ?? (sinceMs === null ? LINES : null);
    const { console } = context;
    const host = await chosen(words[0], context);
    using interrupted = interruption();
    const shell = await context.shell(host, { signal: interrupted.signal });
    const input = new PassThrough();
    const late = new AbortController();
    const end = () => {
      input.end();
      setTimeout(() => late.abort(), END_MS).unref();
    };
    interrupted.signal.addEventListener('abort', end, { once: true });
    if (!flags.follow || interrupted.signal.aborted) input.end();
    let missing = '';
    const { code, stderr } = await readAgentLog(
      shell,
      { scope: host.scope, lines, sinceMs, follow: flags.follow },
      {
        opened: ({ kind, where }) => {
          if (kind === 'none') missing = where;
        },
        line: (line) => console.out(`${console.json ? JSON.stringify(line.fields) : lineText(line)}\n`),
        input,
        signal: late.signal,
      },
    );
    if (interrupted.signal.aborted) return 130;
    if (missing) {
      throw new BerthError('FILE_NOT_FOUND', `no agent of host ${host.name} has left a log`, {
        hint: `looked at: ${oneLine(missing)}`,
        values: { host: host.name },
      });
    }
    if (code === 0 && !flags.follow) return 0;
    const why = oneLine(stderr.trim().split('\n').at(-1) ?? '') || 'the connection broke';
    throw new BerthError('HOST_UNREACHABLE', `cannot read the log of host ${host.name}: ${why}`, {
      values: { host: host.name },
    });
  },
});

/** This machine, where it is one of several hosts. */
async function chosen(name: string | undefined, context: Context): Promise<HostConfig> {
  const hosts = await context.hosts();
  if (name !== undefined) return findHost(hosts, name);
  const found = hosts.length === 1 ? hosts[0] : hosts.find(({ kind }) => kind === 'local');
  if (found) return found;
  throw new BerthError('USAGE', 'berth logs needs a host: there are several');
}

const LEVELS: readonly (readonly [number, string])[] = [
  [60, 'fatal'],
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
  [0, 'debug'],
];
/** In the line's own places, or the same in each. */
const LEFT_OUT = new Set(['level', 'time', 'msg', 'program', 'pid', 'hostname']);

/** `20:21:03 info   started method=Start session=sess-…` */
function lineText({ at, level, message, fields }: LogLine): string {
  const when = at === null ? '' : `${clock(at, Date.now())} `;
  if (level === null) {
    const program = fields.program ? `${fields.program}: ` : '';
    return oneLine(`${when}${program}${message}`);
  }
  const name = LEVELS.find(([least]) => level >= least)?.[1] ?? 'debug';
  const others = Object.entries(fields).filter(([key]) => !LEFT_OUT.has(key));
  const told = others.map(([key, value]) => `${key}=${valueText(value)}`);
  return oneLine([`${when}${name.padEnd(5)}`, message, ...told].join(' '));
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return typeof value === 'string' && /[\s"=]/.test(text) ? JSON.stringify(text) : text;
}
