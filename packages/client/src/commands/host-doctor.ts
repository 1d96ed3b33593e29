/** `berth host doctor`: each probe with its result, why it matters, and what mends it. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { findHost } from '../fleet/inventory.ts';
import type { Finding } from '../hosts/assess.ts';
import { examine } from '../hosts/doctor.ts';
import { worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { withProgress } from '../render/progress.ts';
import type { HostArguments } from './host-flags.ts';

export async function doctor({ flags, words }: HostArguments, context: Context): Promise<number> {
  const all = await context.hosts();
  if (words.length === 0 && !flags.all) {
    throw new BerthError('USAGE', 'berth host doctor needs a host, or --all');
  }
  const hosts = flags.all ? all : words.map((name) => findHost(all, name));
  const { console } = context;
  const reports = await withProgress(console, 'looking', () =>
    Promise.all(hosts.map(async (host) => ({ host, findings: await examine(host, context) }))),
  );
  if (console.json) {
    const told = reports.map(({ host, findings }) => ({ name: host.name, findings }));
    console.out(`${toJson({ hosts: told })}\n`);
  } else {
    for (const { host, findings } of reports) {
      if (reports.length > 1) console.out(`${host.name}\n`);
      console.out(findings.map(lines).join(''));
    }
  }
  return worst(reports.map(({ findings }) => (findings.some(({ result }) => result === 'fail') ? 1 : 0)));
}

function lines({ probe, result, found, why, mend }: Finding): string {
  const head = `  ${result.padEnd(4)}  ${probe.padEnd(15)}  ${oneLine(found)}\n`;
  if (result === 'ok') return head;
  const indent = ' '.repeat(25);
  return `${head}${indent}why: ${oneLine(why)}\n${mend ? `${indent}mend: ${oneLine(mend)}\n` : ''}`;
}
