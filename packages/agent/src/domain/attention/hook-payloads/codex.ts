/** What Codex hands to its `notify` program: an object with kebab-case keys. */
import type { HookReport } from '../hook-report.ts';
import { at, inputLine, lastLine, textAt } from './json.ts';

export function readCodex(payload: unknown): HookReport | null {
  const type = textAt(payload, 'type');
  switch (type) {
    case 'agent-turn-complete':
      return {
        status: 'done',
        message: 'finished its turn',
        line: lastLine(textAt(payload, 'last-assistant-message')),
        seen: type,
        figures: { turns: 1 },
      };
    case 'approval-requested':
      return {
        status: 'permission',
        message: 'asks for permission',
        line: inputLine({ command: at(payload, 'command') }),
        seen: type,
        figures: null,
      };
    default:
      return null;
  }
}
