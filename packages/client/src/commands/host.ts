/** `berth host list|show|forget`. */

import { BerthError } from '@berth/shared/domain/berth-error';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { findHost, inventory } from '../fleet/inventory.ts';
import { nearest } from '../fleet/nearest.ts';
import { hostRow } from '../fleet/view.ts';
import { toJson } from '../render/json.ts';
import { table } from '../render/table.ts';
import { defineCommand } from './command.ts';
import { warnUnreachable } from './target.ts';

export const host = defineCommand({
  usage: 'list | show HOST | forget HOST',
  describe: 'The hosts you have, one of them, or forget which machine stood behind a name.',
  example: 'berth host list',
  flags: {},
  most: 2,
  async run({ words }, context) {
    const [action = 'list', name] = words;
    if (action === 'list' || action === 'ls') {
      if (name !== undefined)
        throw new BerthError('USAGE', `berth host list takes no host: see berth host show ${name}`);
      return await listHosts(context);
    }
    if (action !== 'show' && action !== 'forget') {
      const close = nearest(action, ['list', 'show', 'forget']);
      throw new BerthError('USAGE', `berth host has no command ${action}`, {
        hint: close ? `did you mean ${close}?` : 'see berth host --help',
      });
    }
    if (name === undefined) throw new BerthError('USAGE', `berth host ${action} needs a host`);
    const found = findHost(await context.hosts(), name);
    if (action === 'show') return await showHost(found.name, context);
    const forgotten = await context.forget(found);
    if (context.console.json) context.console.out(`${toJson({ name, forgotten })}\n`);
    else
      context.console.out(
        forgotten ? `forgot which machine stood behind ${name}\n` : `nothing was known about ${name}\n`,
      );
    return 0;
  },
});

async function listHosts(context: Context): Promise<number> {
  const { console } = context;
  const answers = await inventory(context, { withHost: true });
  const rows = answers.map((a) => ({
    ...hostRow(a),
    address: a.host.host ?? '',
    version: a.ok ? (a.value.host?.version ?? '') : '',
  }));
  if (console.json) console.out(`${toJson({ hosts: rows })}\n`);
  else {
    const titles = ['HOST', 'STATE', 'LATENCY', 'VERSION', 'ADDRESS'].map((title) => ({ title }));
    const cells = rows.map((r) =>
      [r.name, r.state, `${Math.round(r.latency_ms)} ms`, r.version || '-', r.address || '-'].map(oneLine),
    );
    console.out(table(titles, cells, { columns: null }));
  }
  warnUnreachable(context, answers);
  return 0;
}

async function showHost(name: string, context: Context): Promise<number> {
  const client = await context.connect(findHost(await context.hosts(), name));
  const it = await client.getHost();
  const { console } = context;
  if (console.json) {
    console.out(`${toJson({ name, ...it })}\n`);
    return 0;
  }
  const { ledger } = it;
  const lines = [
    `host      ${name} (${it.hostname}, ${it.os} ${it.architecture})`,
    `id        ${it.id}`,
    `agent     ${it.version}, since ${new Date(it.agentStartedAt).toISOString()}, tmux ${it.tmuxVersion}`,
    `memory    ${formatMemory(ledger.heldBytes)} held of ${formatMemory(ledger.capacityBytes)}, ${formatMemory(ledger.defaultSlotBytes)} a slot, limits ${it.enforcement}`,
    `presets   ${it.presets.map((p) => (p.available ? p.name : `${p.name} (not installed)`)).join(', ')}`,
    `socket    ${it.socketPath}`,
    `state     ${it.stateDirectory}`,
    ...it.warnings.map((warning) => `warning   ${warning}`),
  ];
  for (const line of lines) console.out(`${oneLine(line)}\n`);
  return 0;
}
