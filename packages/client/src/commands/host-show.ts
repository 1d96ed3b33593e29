/** `berth host list` and `berth host show`. */
import type { DiskQuota, PresetSnapshot } from '@berth/shared/domain/host-snapshot';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { inventory } from '../fleet/inventory.ts';
import { hostRow } from '../fleet/view.ts';
import { describeWatching } from '../hosts/assess.ts';
import { toJson } from '../render/json.ts';
import { table } from '../render/table.ts';
import { warnUnreachable } from './target.ts';

export async function listHosts(context: Context): Promise<number> {
  const { console } = context;
  const answers = await inventory(context, { withHost: true });
  const rows = answers.map((a) => ({
    ...hostRow(a),
    address: a.host.host ?? '',
    version: a.ok ? (a.value.host?.version ?? '') : '',
    size: a.host.size ?? '',
    region: a.host.region ?? '',
    labels: a.host.labels,
    scope: a.host.scope,
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

export async function showHost(host: HostConfig, context: Context): Promise<number> {
  const client = await context.connect(host);
  const it = await client.getHost();
  const { console } = context;
  const { name } = host;
  if (console.json) {
    console.out(`${toJson({ name, ...it })}\n`);
    return 0;
  }
  const { ledger, load } = it;
  const others =
    ledger.heldByOthersBytes > 0 ? ` (${formatMemory(ledger.heldByOthersBytes)} by other users)` : '';
  const lines = [
    `host      ${name} (${it.hostname}, ${it.os} ${it.architecture})`,
    `id        ${it.id}`,
    `agent     ${it.version}, since ${new Date(it.agentStartedAt).toISOString()}, tmux ${it.tmuxVersion}, scope ${it.scope}`,
    `state     ${it.draining ? 'draining: takes no new sessions' : 'takes sessions'}`,
    `memory    ${formatMemory(ledger.heldBytes)} held of ${formatMemory(ledger.capacityBytes)}${others}, ${formatMemory(ledger.defaultSlotBytes)} a slot, limits ${it.enforcement}`,
    `load      ${load.loadAverage.toFixed(2)} on ${load.cpus} CPUs, ${formatMemory(load.memoryAvailableBytes)} of memory available, ${formatMemory(load.diskFreeBytes)} of ${formatMemory(load.diskTotalBytes)} of disk free`,
    ...(it.disk.quotaBytes > 0 ? [`disk      ${diskLine(it.disk)}`] : []),
    `watching  ${describeWatching(it.watching)}`,
    ...it.presets.map((preset) => `preset    ${presetLine(preset)}`),
    `socket    ${it.socketPath}`,
    `files     ${it.stateDirectory}`,
    ...it.warnings.map((warning) => `warning   ${warning}`),
  ];
  console.out(lines.map((line) => `${oneLine(line)}\n`).join(''));
  return 0;
}

function diskLine({ usedBytes, quotaBytes }: DiskQuota): string {
  const over = usedBytes >= quotaBytes ? ': no new sessions until some are removed (berth prune)' : '';
  return `${formatMemory(usedBytes)} taken of the ${formatMemory(quotaBytes)} that sessions may take${over}`;
}

function presetLine({ name, available, program, ...can }: PresetSnapshot): string {
  const turns = can.maxTurnsHeadlessOnly ? '--max-turns with --headless' : '--max-turns';
  const known = [
    available ? program : 'not installed',
    ...(can.headless ? ['--headless'] : []),
    ...(can.maxTurns > 0 ? [turns] : []),
    ...(can.skipPermissions ? ['--skip-permissions'] : []),
    ...(can.hookEvents.length > 0 ? ['hooks'] : []),
  ];
  return `${name.padEnd(10)} ${known.join(', ')}`;
}
