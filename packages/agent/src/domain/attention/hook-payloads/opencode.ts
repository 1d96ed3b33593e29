/** Events that the plugin in opencode hands on: `{"tool":"opencode","type","properties"}`. */
import type { ToolFigures } from '@berth/shared/domain/attention';
import type { HookReport } from '../hook-report.ts';
import { at, countAt, inputLine, lastLine, objectOf, shown, textAt } from './json.ts';

export function readOpencode(payload: unknown): HookReport | null {
  if (textAt(payload, 'tool') !== 'opencode') return null;
  const type = textAt(payload, 'type');
  const about = at(payload, 'properties');
  const report = (found: Partial<HookReport>): HookReport => ({
    status: null,
    message: '',
    line: '',
    seen: type,
    figures: null,
    ...found,
  });
  switch (type) {
    case 'session.status': {
      const status = textAt(at(about, 'status'), 'type');
      const seen = `session.status: ${shown(status)}`;
      // That it is idle is told by session.idle, too.
      if (status === 'busy') return report({ status: 'working', message: 'works', seen });
      const line = shown(textAt(at(about, 'status'), 'message'));
      return status === 'retry' ? report({ status: 'working', message: 'tries again', line, seen }) : null;
    }
    case 'session.idle':
      return report({ status: 'done', message: 'finished its turn', figures: { turns: 1 } });
    case 'session.error': {
      const error = at(about, 'error');
      const name = textAt(error, 'name');
      if (name === 'MessageAbortedError')
        return report({ status: 'idle', message: 'was interrupted', seen: `${type}: ${name}` });
      const line = lastLine(textAt(at(error, 'data'), 'message') || textAt(error, 'message'));
      return report({ status: 'error', message: shown(`failed: ${name || 'error'}`), line });
    }
    case 'permission.asked':
    case 'permission.updated':
      return report({
        status: 'permission',
        message: shown(`wants to use ${textAt(about, 'permission') || textAt(about, 'type') || 'a tool'}`),
        line: inputLine(at(about, 'metadata')) || patternsOf(about) || shown(textAt(about, 'title')),
      });
    case 'question.asked':
      return report({ status: 'waiting', message: 'asks a question', line: questionOf(about) });
    case 'permission.replied':
    case 'question.replied':
      return report({ status: 'working', message: 'was answered' });
    case 'message.updated': {
      const tokens = objectOf(at(at(about, 'info'), 'tokens'));
      return tokens ? report({ figures: tokenFigures(tokens) }) : null;
    }
    case 'tool.execute.after': {
      const tool = shown(textAt(about, 'tool')).slice(0, 80) || 'a tool';
      return report({ status: 'working', message: `ran ${tool}`, figures: { toolCalls: { [tool]: 1 } } });
    }
    default:
      return null;
  }
}

function tokenFigures(tokens: unknown): Partial<ToolFigures> {
  return { inputTokens: countAt(tokens, 'input'), outputTokens: countAt(tokens, 'output') };
}

function patternsOf(about: unknown): string {
  const patterns = at(about, 'patterns');
  return Array.isArray(patterns)
    ? shown(patterns.filter((one) => typeof one === 'string').join(' '))
    : shown(textAt(about, 'pattern'));
}

function questionOf(about: unknown): string {
  const questions = at(about, 'questions');
  return Array.isArray(questions) ? shown(textAt(questions[0], 'question')) : '';
}
