/** A provider whose machines are lines in a file: it speaks the contract of docs/providers.md. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

export interface StandInMachine {
  readonly name: string;
  readonly state?: string;
  readonly size?: string;
  readonly address?: string;
  readonly user?: string;
  readonly port?: number;
}

export class StandInProvider {
  readonly #machines: string;
  readonly #asked: string;
  readonly #special: string;

  /** Writes providers.yaml; `capabilities` as the contract spells them. */
  constructor(
    sandbox: Sandbox,
    {
      name = 'cloud',
      capabilities = ['create', 'start', 'stop', 'delete', 'price', 'quota'],
      timeout = '20s',
    } = {},
  ) {
    const file = (suffix: string) => join(sandbox.dir, `${name}.${suffix}`);
    this.#machines = file('machines');
    this.#asked = file('asked');
    this.#special = file('special');
    const program = file('mjs');
    for (const made of [this.#asked, this.#special]) writeFileSync(made, '');
    this.machines = [];
    const places = { machines: this.#machines, asked: this.#asked, special: this.#special, capabilities };
    writeFileSync(program, `#!${process.execPath}\nconst at = ${JSON.stringify(places)};\n${PROGRAM}`);
    chmodSync(program, 0o755);
    const entry = `  - name: ${name}\n    kind: exec\n    command: [${JSON.stringify(program)}, an argument]\n    timeout: ${timeout}\n`;
    sandbox.writeConfig('providers.yaml', `providers:\n${entry}    settings: { zone: z1 }\n`);
  }

  set machines(machines: readonly StandInMachine[]) {
    writeFileSync(this.#machines, JSON.stringify(machines.map((one) => ({ state: 'running', ...one }))));
  }

  get names(): string[] {
    return (JSON.parse(readFileSync(this.#machines, 'utf8')) as StandInMachine[]).map(({ name }) => name);
  }

  /** Requests so far, as they came. */
  get asked(): Record<string, unknown>[] {
    const lines = readFileSync(this.#asked, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** From now on this operation runs that text as JavaScript, in the place of what it does. */
  instead(operation: string, script: string): void {
    writeFileSync(this.#special, JSON.stringify({ operation, script }));
  }
}

const PROGRAM = `
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
const request = JSON.parse(readFileSync(0, 'utf8'));
appendFileSync(at.asked, JSON.stringify({ ...request, argv: process.argv.slice(2) }) + '\\n');
const say = (message) => writeFileSync(1, JSON.stringify(message) + '\\n');
const special = JSON.parse(readFileSync(at.special, 'utf8') || '{}');
if (special.operation === request.operation) {
  await new (async () => {}).constructor('say', 'request', special.script)(say, request);
  process.exit();
}
const machines = JSON.parse(readFileSync(at.machines, 'utf8'));
const keep = (all) => writeFileSync(at.machines, JSON.stringify(all));
const machine = machines.find(({ name }) => name === request.name);
const set = (state) => {
  if (!machine) return say({ error: { code: 'not_found', message: 'there is no ' + request.name } });
  machine.state = state;
  keep(machines);
  say({ result: { machine } });
};
switch (request.operation) {
  case 'describe': say({ result: { capabilities: at.capabilities, later: true } }); break;
  case 'list': say({ result: { machines } }); break;
  case 'create': {
    say({ progress: 'thinking', share: 0.5 });
    const made = machine ?? { name: request.name, state: 'running', size: request.size, address: 'gone.invalid' };
    if (!machine) keep([...machines, made]);
    say({ result: { machine: made } });
    break;
  }
  case 'start': set('running'); break;
  case 'stop': set('stopped'); break;
  case 'delete': keep(machines.filter((one) => one !== machine)); say({ result: {} }); break;
  case 'price': say({ result: { prices: [{ size: 'l', region: request.region || 'here', memory_bytes: 2 ** 37, per_hour: 0.125 }] } }); break;
  case 'quota': say({ result: { quotas: [{ name: 'machines', used: machines.length, limit: 4 }] } }); break;
}
`;
