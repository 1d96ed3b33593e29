/** `berth hooks VERB TOOL`: a coding agent's hooks in its own settings, for where it runs without a preset. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { ToolHooks } from '@berth/shared/domain/tool-hooks';
import type { Context } from '../context.ts';
import { findHost } from '../fleet/inventory.ts';
import { nearest } from '../fleet/nearest.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';

const VERBS = ['show', 'install', 'remove'] as const;
type Verb = (typeof VERBS)[number];

export const hooks = defineCommand({
  usage: 'install TOOL | remove TOOL | show [TOOL]',
  describe: "Wire a coding agent's own hooks, so that it tells Berth's sessions of itself.",
  example: 'berth hooks show',
  flags: { host: { type: 'string', value: 'HOST', describe: 'where; this machine if left out' } },
  verbs: VERBS,
  most: 2,
  async run({ flags, words }, context) {
    const [word = 'show', tool = ''] = words;
    const verb = verbOf(word);
    if (verb !== 'show' && tool === '') {
      throw new BerthError('USAGE', `berth hooks ${verb} needs a tool`, { hint: 'see berth hooks show' });
    }
    const host = findHost(await context.hosts(), flags.host ?? 'local');
    const client = await context.connect(host);
    if (verb === 'show') return printAll(await client.showHooks(tool), context);
    const request = { requestId: randomUUID(), tool };
    const { hooks: now, changed } = await (verb === 'install'
      ? client.installHooks(request)
      : client.removeHooks(request));
    const { console } = context;
    if (console.json) console.out(`${toJson({ hooks: row(now), changed })}\n`);
    else
      console.out(lines([said(verb, now, changed), ...(verb === 'install' && now.note ? [now.note] : [])]));
    return 0;
  },
});

function verbOf(word: string): Verb {
  const verb = VERBS.find((known) => known === word);
  if (verb) return verb;
  const close = nearest(word, VERBS);
  throw new BerthError('USAGE', `berth hooks has no command ${word}`, {
    hint: close ? `did you mean ${close}?` : 'see berth hooks --help',
  });
}

function said(verb: Exclude<Verb, 'show'>, { tool, file, events }: ToolHooks, changed: boolean): string {
  if (verb === 'install') {
    const told = `${tool}: ${events.join(', ')}`;
    return changed ? `installed in ${file}: ${told}` : `in ${file} already: ${told}`;
  }
  return changed ? `${tool}: removed from ${file}` : `${tool}: not in ${file}, nothing to remove`;
}

function printAll(all: readonly ToolHooks[], { console }: Context): number {
  if (console.json) {
    console.out(`${toJson({ hooks: all.map(row) })}\n`);
    return 0;
  }
  for (const { tool, supported, installed, perSession, file, events, note } of all) {
    const state = !supported
      ? 'has no hooks'
      : installed
        ? `installed in ${file}`
        : file
          ? `not installed in ${file}`
          : 'nothing to install';
    const sessions = perSession ? 'wired by themselves' : supported ? 'only once installed' : '';
    console.out(
      lines([
        `${tool}: ${state}`,
        ...(sessions ? [`  sessions of its preset: ${sessions}`] : []),
        ...(events.length > 0 ? [`  events: ${events.join(', ')}`] : []),
        ...(note ? [`  note: ${note}`] : []),
      ]),
    );
  }
  return 0;
}

/** Indents are ours, what follows comes from the host. */
function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text.startsWith('  ') ? '  ' : ''}${oneLine(text)}\n`).join('');
}

function row({ perSession, ...hooks }: ToolHooks) {
  return { ...hooks, per_session: perSession };
}
