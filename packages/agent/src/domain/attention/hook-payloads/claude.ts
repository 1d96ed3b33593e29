/**
 * Payloads of Claude Code's hooks, and of others' that took over its form: an object with
 * `hook_event_name`. A subagent's events bear an `agent_id`; its end is not the session's.
 */
import type { HookReport } from '../hook-report.ts';
import { at, inputLine, lastLine, shown, textAt, transcriptsOf } from './json.ts';

export function readClaude(payload: unknown): HookReport | null {
  const event = textAt(payload, 'hook_event_name');
  const read = Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined;
  const found = read?.(payload);
  if (!found) return null;
  const transcripts = transcriptsOf(payload);
  return { status: null, message: '', line: '', figures: null, seen: event, transcripts, ...found };
}

/** It comes some seconds after what it tells of, with fewer words. */
const ECHO_OF_PERMISSION = ['permission'] as const;
/** It comes a minute after the end of a turn. */
const ECHO_OF_END = ['waiting', 'done', 'error', 'stopped'] as const;

const ECHO_AT_EXIT = ['done', 'error'] as const;

type Reader = (payload: unknown) => Partial<HookReport> | null;

const EVENTS: Readonly<Record<string, Reader>> = {
  SessionStart: () => ({ status: 'idle', message: 'began' }),
  UserPromptSubmit: (payload) => ({
    status: 'working',
    message: 'works on a prompt',
    line: shown(textAt(payload, 'prompt')),
    figures: { turns: 1 },
  }),
  PreToolUse: (payload) => ({
    status: 'working',
    message: `runs ${toolOf(payload)}`,
    line: inputLine(at(payload, 'tool_input')),
  }),
  PostToolUse: ranTool,
  PostToolUseFailure: ranTool,
  PermissionRequest: (payload) => ({
    status: 'permission',
    message: `wants to run ${toolOf(payload)}`,
    line: inputLine(at(payload, 'tool_input')),
  }),
  PermissionDenied: () => ({ status: 'working', message: 'was refused' }),
  Notification: notification,
  Elicitation: (payload) => ({
    status: 'waiting',
    message: 'asks for input',
    line: shown(textAt(payload, 'message')),
  }),
  SubagentStart: () => ({ figures: { subagents: 1 } }),
  SubagentStop: () => ({ figures: { subagents: -1 } }),
  Stop: (payload) => ({
    status: isSubagent(payload) ? null : 'done',
    message: 'finished its turn',
    line: lastLine(textAt(payload, 'last_assistant_message')),
  }),
  StopFailure: (payload) => ({
    status: 'error',
    message: shown(`failed: ${textAt(payload, 'error') || 'error'}`),
    line: lastLine(textAt(payload, 'error_details') || textAt(payload, 'last_assistant_message')),
  }),
  // A cleared session goes on with a new one. What was finished or has failed stays so.
  SessionEnd: () => ({ status: 'idle', message: 'ended', echoOf: ECHO_AT_EXIT }),
};

function notification(payload: unknown): Partial<HookReport> | null {
  const type = textAt(payload, 'notification_type');
  const message = shown(textAt(payload, 'message'));
  const seen = `Notification: ${shown(type) || 'of no type'}`;
  switch (type) {
    case 'permission_prompt':
    case 'worker_permission_prompt':
      return asksPermission(message, seen);
    case 'idle_prompt':
      return idles(message, seen);
    case 'elicitation_dialog':
    case 'agent_needs_input':
      return { status: 'waiting', message: 'waits for input', line: message, seen };
    default:
      // News such as a successful login: nobody is needed. Older versions tell the type by their words alone.
      if (/needs your permission/i.test(message)) return asksPermission(message, seen);
      return /waiting for your input/i.test(message) ? idles(message, seen) : null;
  }
}

function asksPermission(line: string, seen: string): Partial<HookReport> {
  const echoOf = ECHO_OF_PERMISSION;
  return { status: 'permission', message: 'asks for permission', line, seen, echoOf };
}

function idles(line: string, seen: string): Partial<HookReport> {
  return { status: 'waiting', message: 'waits for input', line, seen, echoOf: ECHO_OF_END };
}

function ranTool(payload: unknown): Partial<HookReport> {
  const tool = toolOf(payload);
  return { status: 'working', message: `ran ${tool}`, figures: { toolCalls: { [tool]: 1 } } };
}

function toolOf(payload: unknown): string {
  return shown(textAt(payload, 'tool_name')).slice(0, 80) || 'a tool';
}

function isSubagent(payload: unknown): boolean {
  return textAt(payload, 'agent_id') !== '';
}
