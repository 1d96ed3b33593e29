/** Prompts that programs put on the screen when they need somebody: patterns as data, and how they are found. Pure. */
import { oneLine } from '@berth/shared/domain/text';

export interface PromptPattern {
  readonly pattern: RegExp;
  readonly kind: 'permission' | 'input' | 'error';
  /** One line for people, e.g. "asks for a password". */
  readonly reason: string;
}

export interface StandingPrompt {
  readonly kind: PromptPattern['kind'];
  readonly reason: string;
  readonly line: string;
  /** What stands above it: tells one prompt from another of the same words. */
  readonly context: string;
}

/** What programs of any kind ask, on the last line that shows something. */
const COMMON_PROMPTS: readonly PromptPattern[] = [
  {
    pattern: /(?:\[y(?:es)?\/n(?:o)?(?:\/[^\]\s]*)?\]|\(y(?:es)?\/n(?:o)?(?:\/[^)\s]*)?\))\s*[?:>]?\s*$/i,
    kind: 'input',
    reason: 'asks yes or no',
  },
  {
    pattern: /(?:password|passphrase)(?: for [^:]{1,100})?:\s*$/i,
    kind: 'input',
    reason: 'asks for a password',
  },
  {
    pattern: /press (?:any key|enter|return)\b[^.]{0,60}[.\u2026]*\s*$/i,
    kind: 'input',
    reason: 'waits for a key',
  },
  {
    pattern: /^\s*(?:do you want to|would you like to|are you sure|continue\?|proceed\?).{0,200}\?\s*$/i,
    kind: 'input',
    reason: 'asks a question',
  },
];

/** A pattern of a tool may stand this many lines above the last one: menus follow questions. */
const LINES = 15;
const CONTEXT = 3;

/** `tool`: patterns of the session's preset, which see the last lines; the common ones see the last line only. */
export function standingPrompt(
  screen: readonly string[],
  tool: readonly PromptPattern[],
): StandingPrompt | null {
  const lines = screen.map((line) => oneLine(line).trimEnd());
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  const first = Math.max(0, lines.length - LINES);
  for (let index = lines.length - 1; index >= first; index--) {
    const patterns = index === lines.length - 1 ? [...tool, ...COMMON_PROMPTS] : tool;
    const line = lines[index] ?? '';
    const found = patterns.find(({ pattern }) => pattern.test(line));
    if (found) {
      const context = lines.slice(Math.max(0, index - CONTEXT), index).join('\n');
      return { kind: found.kind, reason: found.reason, line: line.trim(), context };
    }
  }
  return null;
}
