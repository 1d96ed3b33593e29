/** Any payload that a hook left in a status directory -> what it says of the session. */
import { readAider } from './hook-payloads/aider.ts';
import { readClaude } from './hook-payloads/claude.ts';
import { readCodex } from './hook-payloads/codex.ts';
import { readGemini } from './hook-payloads/gemini.ts';
import { readOpencode } from './hook-payloads/opencode.ts';
import { readPlain } from './hook-payloads/plain.ts';
import type { HookReport } from './hook-report.ts';

/** Their forms exclude each other, but for Claude Code's and Gemini CLI's, which share some. */
const READERS = [readClaude, readGemini, readCodex, readOpencode, readAider, readPlain];

/** Null: nothing to say, or junk. Never throws, whatever the JSON. */
export function readHookReport(payload: unknown): HookReport | null {
  for (const read of READERS) {
    const report = read(payload);
    if (report) return report;
  }
  return null;
}
