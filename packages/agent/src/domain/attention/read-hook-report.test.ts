import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOOK_STATUSES, type HookReport } from './hook-report.ts';
import { readHookReport } from './read-hook-report.ts';

/** What Claude Code 2.1 puts around every event. */
const claude = (event: string, more: object = {}) => ({
  session_id: '486e0a38-eecf-45a2-9493-0674dc788d7c',
  transcript_path: '/home/me/.claude/projects/-work/486e0a38.jsonl',
  cwd: '/work',
  permission_mode: 'default',
  hook_event_name: event,
  ...more,
});
const bash = { tool_name: 'Bash', tool_input: { command: 'npm test\n&& echo ok' }, tool_use_id: 'tu1' };
const opencode = (type: string, properties: object) => ({ tool: 'opencode', id: 'evt_1', type, properties });
const gemini = (event: string, more: object) => ({
  ...claude(event, more),
  timestamp: '2026-11-21T08:00:00Z',
});

type Row = [string, unknown, Partial<HookReport> | null];
const ROWS: Row[] = [
  [
    'claude begins',
    claude('SessionStart', { source: 'startup' }),
    { status: 'idle', message: 'began', seen: 'SessionStart' },
  ],
  [
    'claude gets a prompt',
    claude('UserPromptSubmit', { prompt: '-x do it' }),
    { status: 'working', line: '-x do it', figures: { turns: 1 } },
  ],
  [
    'claude runs a tool',
    claude('PreToolUse', bash),
    { status: 'working', message: 'runs Bash', line: 'npm test && echo ok', figures: null },
  ],
  [
    'claude ran a tool',
    claude('PostToolUse', { ...bash, tool_response: { stdout: 'hi' }, duration_ms: 25 }),
    { status: 'working', figures: { toolCalls: { Bash: 1 } } },
  ],
  [
    'claude ran a tool in vain',
    claude('PostToolUseFailure', { ...bash, error: 'exit 1' }),
    { status: 'working', figures: { toolCalls: { Bash: 1 } } },
  ],
  [
    'claude asks',
    claude('PermissionRequest', bash),
    { status: 'permission', message: 'wants to run Bash', line: 'npm test && echo ok' },
  ],
  [
    'claude asks to write',
    claude('PermissionRequest', { tool_name: 'Write', tool_input: { file_path: '/a/b', content: 'x' } }),
    { status: 'permission', message: 'wants to run Write', line: '/a/b' },
  ],
  [
    'claude notifies of a permission',
    claude('Notification', {
      notification_type: 'permission_prompt',
      message: 'Claude needs your permission to use Bash',
    }),
    { status: 'permission', seen: 'Notification: permission_prompt' },
  ],
  [
    'claude has waited',
    claude('Notification', {
      notification_type: 'idle_prompt',
      message: 'Claude is waiting for your input',
    }),
    { status: 'waiting', line: 'Claude is waiting for your input', seen: 'Notification: idle_prompt' },
  ],
  [
    'an older claude has waited',
    claude('Notification', { message: 'Claude is waiting for your input' }),
    { status: 'waiting' },
  ],
  ['claude has news', claude('Notification', { notification_type: 'auth_success', message: 'ok' }), null],
  [
    'claude finished',
    claude('Stop', { stop_hook_active: false, last_assistant_message: 'All done.\nShall I go on?\n\n' }),
    { status: 'done', message: 'finished its turn', line: 'Shall I go on?' },
  ],
  ['claude finished without a word', claude('Stop'), { status: 'done', line: '' }],
  [
    'claude failed',
    claude('StopFailure', { error: 'rate_limit', error_details: '429 try later' }),
    { status: 'error', message: 'failed: rate_limit', line: '429 try later' },
  ],
  [
    'a helper of claude begins',
    claude('SubagentStart', { agent_id: 'a1', agent_type: 'Explore' }),
    { status: null, figures: { subagents: 1 } },
  ],
  [
    'a helper of claude ends',
    claude('SubagentStop', { agent_id: 'a1', last_assistant_message: 'found it' }),
    { status: null, line: '', figures: { subagents: -1 } },
  ],
  ['claude ends', claude('SessionEnd', { reason: 'other' }), { status: 'idle', message: 'ended' }],
  ['an event of tomorrow', claude('Tomorrow'), null],
  ['a name of Object', claude('constructor'), null],
  [
    'codex finished',
    {
      type: 'agent-turn-complete',
      'thread-id': '01a1',
      'turn-id': '01a2',
      cwd: '/work',
      'input-messages': ['hello'],
      'last-assistant-message': 'Finished it.\nAnything else?',
    },
    { status: 'done', line: 'Anything else?', figures: { turns: 1 } },
  ],
  [
    'codex asks',
    { type: 'approval-requested', command: ['git', 'push'] },
    { status: 'permission', line: 'git push' },
  ],
  [
    'gemini gets a prompt',
    gemini('BeforeAgent', { prompt: 'hello' }),
    { status: 'working', line: 'hello', figures: { turns: 1 } },
  ],
  [
    'gemini ran a tool',
    gemini('AfterTool', { tool_name: 'run_shell_command', tool_input: { command: 'ls' }, tool_response: {} }),
    { status: 'working', figures: { toolCalls: { run_shell_command: 1 } } },
  ],
  [
    'gemini asks',
    gemini('Notification', {
      notification_type: 'ToolPermission',
      message: 'Tool Confirm Shell Command requires execution',
      details: { type: 'exec', title: 'Confirm Shell Command', command: 'rm -r build' },
    }),
    { status: 'permission', line: 'rm -r build', seen: 'Notification: ToolPermission' },
  ],
  [
    'gemini finished',
    gemini('AfterAgent', {
      prompt: 'hello',
      prompt_response: 'Hello there.\nDone?',
      stop_hook_active: false,
    }),
    { status: 'done', line: 'Done?' },
  ],
  [
    'opencode works',
    opencode('session.status', { sessionID: 'ses_1', status: { type: 'busy' } }),
    { status: 'working', seen: 'session.status: busy' },
  ],
  [
    'opencode is idle, told twice',
    opencode('session.status', { sessionID: 'ses_1', status: { type: 'idle' } }),
    null,
  ],
  [
    'opencode finished',
    opencode('session.idle', { sessionID: 'ses_1' }),
    { status: 'done', figures: { turns: 1 } },
  ],
  [
    'opencode answered',
    opencode('message.updated', { info: { role: 'assistant', tokens: { input: 3, output: 2 } } }),
    { status: null, figures: { inputTokens: 3, outputTokens: 2 } },
  ],
  [
    'opencode asks',
    opencode('permission.asked', { permission: 'bash', patterns: ['git push *'], metadata: {} }),
    { status: 'permission', message: 'wants to use bash', line: 'git push *' },
  ],
  [
    'opencode asks a question',
    opencode('question.asked', { questions: [{ question: 'Which one?' }] }),
    { status: 'waiting', line: 'Which one?' },
  ],
  [
    'opencode was interrupted',
    opencode('session.error', { error: { name: 'MessageAbortedError' } }),
    { status: 'idle' },
  ],
  [
    'opencode failed',
    opencode('session.error', { error: { name: 'APIError', data: { message: '401' } } }),
    { status: 'error', message: 'failed: APIError', line: '401' },
  ],
  ['aider waits', { tool: 'aider', event: 'notification' }, { status: 'waiting' }],
  [
    'any tool',
    { status: 'waiting', message: 'which colour?', line: 'red or blue' },
    { status: 'waiting', message: 'which colour?', line: 'red or blue', seen: 'status: waiting' },
  ],
  ['a status of nobody', { status: 'busy' }, null],
  ['junk', 'junk', null],
  ['nothing', null, null],
  ['a list', [{ status: 'waiting' }], null],
];

describe('a payload says', () => {
  it.each(ROWS)('%s', (_what, payload, expected) => {
    const report = readHookReport(payload);
    if (expected === null) expect(report).toBe(null);
    else expect(report).toMatchObject(expected);
  });
});

it('shows one safe line, however long or wicked the text', () => {
  const report = readHookReport({
    status: 'waiting',
    message: '\u001b]0;x\u0007a\nb',
    line: 'x'.repeat(9999),
  });
  expect(report?.message).toBe('a b');
  expect(report?.line).toHaveLength(300);
});

/** Objects that look like payloads, with anything for a value. */
const lookalike = fc.dictionary(
  fc.constantFrom(
    ...['hook_event_name', 'type', 'tool', 'event', 'status', 'message', 'line', 'properties', 'tool_input'],
    ...['tool_name', 'notification_type', 'details', 'last_assistant_message', 'prompt', '__proto__'],
  ),
  fc.oneof(
    fc.constantFrom(...ROWS.flatMap(([, payload]) => Object.values(Object(payload)))),
    fc.jsonValue(),
    fc.constantFrom('Stop', 'PermissionRequest', 'Notification', 'opencode', 'session.error', 'toString'),
  ),
);

it('no JSON value makes it throw, and what it says is in order', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), lookalike), (payload) => {
      const report = readHookReport(payload);
      if (report === null) return;
      expect([null, ...HOOK_STATUSES]).toContain(report.status);
      for (const text of [report.message, report.line, report.seen]) {
        expect(text).not.toContain('\n');
        expect(text).not.toContain('\u001b');
        expect(text.length).toBeLessThan(400);
      }
    }),
    { numRuns: 2000 },
  );
});
