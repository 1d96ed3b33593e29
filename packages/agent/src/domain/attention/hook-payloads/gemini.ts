/** Payloads of Gemini CLI's hooks, as far as they differ from Claude Code's. */
import type { HookReport } from '../hook-report.ts';
import { at, inputLine, lastLine, shown, textAt, transcriptsOf } from './json.ts';

export function readGemini(payload: unknown): HookReport | null {
  const event = textAt(payload, 'hook_event_name');
  const tool = shown(textAt(payload, 'tool_name')).slice(0, 80) || 'a tool';
  const report = (found: Partial<HookReport>): HookReport => ({
    status: 'working',
    message: '',
    line: '',
    seen: event,
    figures: null,
    transcripts: transcriptsOf(payload),
    ...found,
  });
  switch (event) {
    case 'BeforeAgent':
      return report({
        message: 'works on a prompt',
        line: shown(textAt(payload, 'prompt')),
        figures: { turns: 1 },
      });
    case 'BeforeTool':
      return report({ message: `runs ${tool}`, line: inputLine(at(payload, 'tool_input')) });
    case 'AfterTool':
      return report({ message: `ran ${tool}`, figures: { toolCalls: { [tool]: 1 } } });
    case 'AfterAgent':
      return report({
        status: 'done',
        message: 'finished its turn',
        line: lastLine(textAt(payload, 'prompt_response')),
      });
    case 'Notification': {
      if (textAt(payload, 'notification_type') !== 'ToolPermission') return null;
      const line = inputLine(at(payload, 'details')) || shown(textAt(payload, 'message'));
      const seen = 'Notification: ToolPermission';
      return report({ status: 'permission', message: 'asks for permission', line, seen });
    }
    default:
      return null;
  }
}
