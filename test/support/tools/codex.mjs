#!/usr/bin/env node
/** Codex's stand-in: asks by OSC 9 where a person is there; calls its `notify` program at the end of a turn, as `-c` or its settings have it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { asked, noteArguments, typed } from './stand-in.mjs';

const argv = noteArguments();
const prompt = argv.at(argv.indexOf('--') + 1) ?? '';
const file = join(process.env.CODEX_HOME ?? join(homedir(), '.codex'), 'config.toml');
const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
const [notify] = [...argv, ...lines]
  .map((line) => /^notify ?= ?(\[.*\])$/.exec(line)?.[1])
  .filter((list) => list !== undefined);

if (!argv.includes('exec')) {
  if (argv.includes('tui.notifications=true'))
    process.stdout.write('\u001b]9;Approval requested: npm test\u0007');
  await asked('  Would you like to run the following command?\n\n  $ npm test\n\n› 1. Yes, proceed (y)');
}
console.log('Finished it.\nAnything else?');
if (notify) {
  const [program, ...args] = JSON.parse(notify);
  const payload = {
    type: 'agent-turn-complete',
    'thread-id': '01a1',
    'turn-id': '01a2',
    cwd: process.cwd(),
    client: 'codex_exec',
    'input-messages': [prompt],
    'last-assistant-message': 'Finished it.\nAnything else?',
  };
  execFileSync(program, [...args, JSON.stringify(payload)]);
}
if (!argv.includes('exec')) await typed();
