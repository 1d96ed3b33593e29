/**
 * A user's own tmux server with sessions in which other tools work, and the files in which these
 * report on them. Agents of the sandbox see it once its environment is set here.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

/**
 * Asks, and reports what becomes of it: a line `y` is leave to go on, `n` a refusal (it waits), and
 * each answer is told on the screen.
 */
const ASKS = `
report() { printf '{"tmux_session":"%s","session_id":"s","status":"%s","message":"%s","cwd":"%s","timestamp":%s}' \
  "$NAME" "$1" "$2" "$PWD" "$(date +%s)" >"$FILE.new" && mv "$FILE.new" "$FILE"; }
report permission 'Run Bash?'
echo 'Run Bash? [y/n]'
while read -r answer; do
  echo "<$answer>"
  case $answer in y) report working '' ;; n) report waiting 'What instead?' ;; ask) report permission 'Run rm?' ;; esac
done`;

export class OtherTool {
  readonly #sandbox: Sandbox;
  readonly directory: string;

  /** `reports`: below the sandbox's directory; absent: where agents look by themselves. */
  constructor(sandbox: Sandbox, reports?: string) {
    this.#sandbox = sandbox;
    sandbox.env.TMUX_TMPDIR = sandbox.dir;
    this.directory = reports ? join(sandbox.dir, reports) : join(sandbox.home, '.claude-sessions');
    mkdirSync(this.directory, { recursive: true });
    // No file of the machine's own user has a say.
    writeFileSync(join(sandbox.home, '.tmux.conf'), '');
  }

  tmux(...args: string[]): string {
    return execFileSync('tmux', args, { env: this.#sandbox.env, encoding: 'utf8', stdio: 'pipe' }).trimEnd();
  }

  /** Writes a report. */
  report(name: string, fields: object): void {
    const told = { tmux_session: name, timestamp: Math.floor(Date.now() / 1000), ...fields };
    writeFileSync(join(this.directory, `${name}.json`), JSON.stringify(told));
  }

  /** A tmux session that asks for permission, and answers what is typed into it. */
  start(name: string): void {
    const env = [`NAME=${name}`, `FILE=${join(this.directory, `${name}.json`)}`];
    const flags = ['-d', '-s', name, '-x', '90', '-y', '20', '-c', this.#sandbox.home];
    this.tmux('new-session', ...flags, ...env.flatMap((one) => ['-e', one]), '--', 'bash', '-c', ASKS);
  }

  screen(name: string): string {
    return this.tmux('capture-pane', '-p', '-t', `=${name}:`);
  }

  /** All that could be configured on the server. */
  configuration(): string {
    const lists = [['show-options', '-g'], ['show-options', '-s'], ['show-environment', '-g'], ['list-keys']];
    const hooks = [['show-hooks', '-g'], ['list-buffers']];
    return [...lists, ...hooks].map((args) => this.tmux(...args)).join('\n');
  }
}
