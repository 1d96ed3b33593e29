#!/usr/bin/env node
/**
 * Claude Code's stand-in: runs one tool, asks before it does where a person is there, and finishes its
 * turn; told to `delegate` it has a helper first, told to `fail` its model refuses.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { asked, noteArguments, optionOf, settingsHooks, transcriptAt, typed } from './stand-in.mjs';

const argv = noteArguments();
const headless = argv.includes('--print');
const prompt = argv.at(argv.indexOf('--') + 1) ?? '';
const user = join(process.env.CLAUDE_CONFIG_DIR ?? join(homedir(), '.claude'), 'settings.json');
const transcript = transcriptAt(
  '.claude/projects',
  process.cwd().replaceAll('/', '-'),
  `${process.pid}.jsonl`,
);
const tell = settingsHooks([user, optionOf(argv, '--settings')], 'claude', transcript.file);
/** Each block of an answer has a line, with what all of it has used so far. */
const answers = (id, output_tokens) => {
  const usage = { input_tokens: 100, cache_creation_input_tokens: 10, cache_read_input_tokens: 5000 };
  transcript.add({
    type: 'assistant',
    message: { id, role: 'assistant', usage: { ...usage, output_tokens } },
  });
};
const bash = { tool_name: 'Bash', tool_input: { command: 'npm test' }, tool_use_id: 'tu1' };

tell('SessionStart', { source: 'startup' });
if (argv.includes('--')) {
  tell('UserPromptSubmit', { prompt });
  answers('msg_1', 1);
  answers('msg_1', 20);
  if (prompt.includes('delegate')) {
    const helper = { agent_id: 'a1', agent_type: 'Explore' };
    tell('SubagentStart', helper);
    tell('SubagentStop', { ...helper, stop_hook_active: false, last_assistant_message: 'Found it.' });
  }
  tell('PreToolUse', bash);
  if (!headless) {
    tell('PermissionRequest', bash);
    const answer = asked('\n Bash command\n   npm test\n\n Do you want to proceed?\n ❯ 1. Yes\n   2. No');
    const message = 'Claude needs your permission to use Bash';
    tell('Notification', { notification_type: 'permission_prompt', message });
    if (!(await answer)) {
      // No hook tells of it.
      console.log('Interrupted · What should Claude do instead?');
      await typed();
      process.exit();
    }
  }
  tell('PostToolUse', { ...bash, tool_response: { stdout: 'ok', stderr: '', interrupted: false } });
  console.log('All done.\nShall I go on?');
  answers('msg_2', 7);
  if (prompt.includes('fail')) {
    const failure = { error: 'billing_error', last_assistant_message: 'Credit balance is too low' };
    tell('StopFailure', failure);
    await typed();
    process.exit();
  }
  tell('Stop', {
    stop_hook_active: false,
    last_assistant_message: 'All done.\nShall I go on?',
    background_tasks: [],
  });
  // The real one waits for a minute before it says so.
  if (!headless)
    tell('Notification', { notification_type: 'idle_prompt', message: 'Claude is waiting for your input' });
  console.log('? for shortcuts');
}
if (!headless) await typed();
tell('SessionEnd', { reason: 'other' });
