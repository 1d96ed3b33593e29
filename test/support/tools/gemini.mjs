#!/usr/bin/env node
/** Gemini CLI's stand-in: asks for a permission where a person is there, and finishes its turn. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { asked, noteArguments, settingsHooks, transcriptAt, typed } from './stand-in.mjs';

const argv = noteArguments();
const option = argv.find((arg) => arg.startsWith('--prompt'));
const headless = option?.startsWith('--prompt=') ?? false;
const prompt = option?.slice(option.indexOf('=') + 1) ?? '';
const transcript = transcriptAt('.gemini/tmp/work/chats', `session-${process.pid}.jsonl`);
const fire = settingsHooks([join(homedir(), '.gemini/settings.json')], 'gemini', transcript.file);
const tell = (event, more) => fire(event, { timestamp: new Date().toISOString(), ...more });
const tool = { tool_name: 'run_shell_command', tool_input: { command: 'ls' } };

tell('SessionStart', { source: 'startup' });
tell('BeforeAgent', { prompt });
tell('BeforeTool', tool);
if (!headless) {
  const details = { type: 'exec', title: 'Confirm Shell Command', command: 'ls', rootCommand: 'ls' };
  const message = 'Tool Confirm Shell Command requires execution';
  tell('Notification', { notification_type: 'ToolPermission', message, details });
  await asked("│ Allow execution of: 'ls'? │");
}
tell('AfterTool', { ...tool, tool_response: { llmContent: 'ok' } });
console.log('Hello there.\nDone?');
const tokens = { input: 90, output: 4, cached: 60, thoughts: 6, tool: 0, total: 100 };
transcript.add({ type: 'gemini', id: 'g1', content: 'Hello there.', tokens });
tell('AfterAgent', { prompt, prompt_response: 'Hello there.\nDone?', stop_hook_active: false });
if (!headless) await typed();
tell('SessionEnd', { reason: 'exit' });
