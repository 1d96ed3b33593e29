#!/usr/bin/env node
/** aider's stand-in: calls its notifications command when it waits, by a shell and without a payload. */
import { execFileSync } from 'node:child_process';
import { noteArguments, typed } from './stand-in.mjs';

const argv = noteArguments();
const command = argv.find((arg) => arg.startsWith('--notifications-command='));
console.log('Run shell command? (Y)es/(N)o [Yes]: ');
if (command && argv.includes('--notifications'))
  execFileSync('sh', ['-c', command.slice(command.indexOf('=') + 1)], { stdio: 'inherit' });
if (!argv.includes('--yes-always')) await typed();
