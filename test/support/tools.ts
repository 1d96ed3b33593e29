/** Stand-ins of coding agents, first on the PATH of a sandbox's login shell. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './programs.ts';
import type { Sandbox } from './sandbox.ts';

const TOOLS = ['claude', 'codex', 'gemini', 'aider', 'opencode', 'mytool'] as const;

/** Before the agent starts: it asks the login shell where programs are. */
export function installTools(sandbox: Sandbox, tools: readonly string[] = TOOLS): void {
  const bin = join(sandbox.home, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const tool of tools) symlinkSync(join(ROOT, `test/support/tools/${tool}.mjs`), join(bin, tool));
  writeFileSync(join(sandbox.home, '.profile'), 'PATH="$HOME/bin:$PATH"\n');
}

/** How a stand-in was called. */
export function argumentsOf(sandbox: Sandbox, session: string): string[] {
  const file = join(sandbox.stateDir, 'sessions', session, 'output', 'argv.json');
  return JSON.parse(readFileSync(file, 'utf8')) as string[];
}
