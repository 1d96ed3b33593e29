/** A stand-in for notify-send, first on the PATH: records what it is called with, and tells an id. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';
import { until } from './until.ts';

export class StandInNotifier {
  readonly #file: string;

  /** From now on the sandbox's programs find it. `script`: what it does besides. */
  constructor(sandbox: Sandbox, script = '') {
    const directory = join(sandbox.dir, 'bin');
    this.#file = join(sandbox.dir, 'notified');
    mkdirSync(directory, { recursive: true });
    const program = join(directory, 'notify-send');
    const record = `{ printf '%s\\037' "$@"; printf '\\036'; } >>'${this.#file}'`;
    writeFileSync(program, `#!/bin/sh\n${script}\n${record}\necho 42\n`);
    chmodSync(program, 0o755);
    sandbox.env.PATH = `${directory}:${sandbox.env.PATH}`;
  }

  /** The argv of each call so far. */
  get calls(): string[][] {
    if (!existsSync(this.#file)) return [];
    const calls = readFileSync(this.#file, 'utf8').split('\u001e').slice(0, -1);
    return calls.map((call) => call.split('\u001f').slice(0, -1));
  }

  /** Titles and bodies. */
  get shown(): [string, string][] {
    return this.calls.map((argv) => [argv.at(-2) ?? '', argv.at(-1) ?? '']);
  }

  async waitFor(count: number): Promise<string[][]> {
    return await until(() => (this.calls.length >= count ? this.calls : null), {
      what: `${count} notifications`,
      deadlineMs: 20_000,
    });
  }
}
