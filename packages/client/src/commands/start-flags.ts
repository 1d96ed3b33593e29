/** The flags of `berth start`. */
import { RESTART_POLICIES } from '@berth/shared/domain/session-state';
import { NEWEST } from '../history/again.ts';
import type { Flags } from './command.ts';
import { SOURCE_FLAGS } from './start-source.ts';
import { WHERE_FLAGS } from './start-where.ts';

export const START_FLAGS = {
  preset: {
    type: 'string',
    short: 'p',
    value: 'NAME',
    describe: 'how to run the prompt: claude, codex, gemini, aider, opencode, shell, …',
  },
  command: {
    type: 'string',
    value: 'COMMAND',
    describe: 'how to run it without a preset: {prompt} or {prompt_file} stands for the prompt',
  },
  'max-turns': { type: 'string', value: 'N', describe: 'end the work after N turns, 1 to 1000' },
  headless: { type: 'boolean', describe: 'without a person: the tool works, and ends by itself' },
  'skip-permissions': {
    type: 'boolean',
    describe: 'dangerous: the tool asks nobody before it acts',
  },
  name: { type: 'string', short: 'n', value: 'NAME', describe: 'a name, unique on its host' },
  ...WHERE_FLAGS,
  tag: { type: 'list', short: 't', value: 'K=V', describe: 'a tag' },
  env: {
    type: 'list',
    short: 'e',
    value: 'NAME[=VALUE]',
    describe: 'a variable; without a value, the one you have here',
  },
  'env-file': { type: 'list', value: 'FILE', describe: 'variables from a file of NAME=VALUE lines' },
  ...SOURCE_FLAGS,
  timeout: { type: 'string', value: 'TIME', describe: 'end it after this time: 90s, 2h' },
  restart: {
    type: 'string',
    value: 'WHEN',
    choices: RESTART_POLICIES,
    describe: 'after a reboot of its host: never, or on-reboot',
  },
  attach: { type: 'boolean', describe: 'attach at once' },
  follow: { type: 'boolean', short: 'f', describe: 'print its output until it ends' },
  wait: { type: 'boolean', describe: 'wait for its end and return its exit code' },
  again: {
    type: 'string',
    value: '[N|SESSION]',
    usual: NEWEST,
    describe: 'once more what berth history has; other flags go before its own',
  },
  'request-id': {
    type: 'string',
    value: 'ID',
    describe: 'asking again with the same id starts nothing twice',
  },
} as const satisfies Flags;
