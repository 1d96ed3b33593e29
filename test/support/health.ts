/** Asking an agent how it is: over HTTP, and by `berthd health`. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestAgent } from './agent.ts';
import { BERTHD } from './programs.ts';
import { run } from './running.ts';
import type { Sandbox } from './sandbox.ts';
import { until } from './until.ts';

/** An agent with HTTP on a free port, and a ledger of known size. */
export const HEALTH_FLAGS = ['--http-port', '0', '--memory-capacity', '8G', '--default-slot', '1G'];

export function portOf(agent: TestAgent): number {
  return Number(agent.logEntries.findLast((entry) => typeof entry.port === 'number')?.port);
}

export function get(port: number, path: string, host = '127.0.0.1') {
  return new Promise<{ status: number; type: string; body: string }>((resolve, reject) => {
    const call = request({ port, path, host: '127.0.0.1', headers: { host } }, (answer) => {
      const type = String(answer.headers['content-type']);
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, type, body }), reject);
    });
    call.once('error', reject).end();
  });
}

/** Each sample by its name and labels; throws at a line that is not of the text format. */
export async function metrics(port: number): Promise<Record<string, number>> {
  const { body } = await get(port, '/metrics');
  const samples: Record<string, number> = {};
  for (const line of body.split('\n')) {
    if (line === '' || /^# (HELP|TYPE) berth_\w+ ./.test(line)) continue;
    const sample = /^(berth_\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})?) ([\d.e+-]+)$/.exec(line);
    if (!sample?.[1]) throw new Error(`not a sample: ${line}`);
    samples[sample[1]] = Number(sample[2]);
  }
  return samples;
}

/** `berthd health`. */
export const health = (sandbox: Sandbox, ...flags: string[]) =>
  run([...BERTHD, 'health', ...flags], { env: sandbox.env });

/** Waits until /readyz answers so. */
export function ready(port: number, what: string, expected: { status: number; body: RegExp }) {
  const holds = async () => {
    const { status, body } = await get(port, '/readyz');
    return status === expected.status && expected.body.test(body);
  };
  return until(holds, { what, deadlineMs: 20_000 });
}
