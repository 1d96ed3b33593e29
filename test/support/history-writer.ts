/** Notes starts for a test, as fast as it can: `history-writer.ts FILE NAME COUNT`. */
import { encodeEntry } from '../../packages/client/src/history/entry.ts';
import { appendLine, trimHistory } from '../../packages/client/src/history/file.ts';

const [file = '', name = '', count = '0'] = process.argv.slice(2);
for (let at = 1; at <= Number(count); at++) {
  const entry = { id: `${name}-${at}`, at, directory: name, flags: [], prompts: ['x'.repeat(at % 300)] };
  const rest = { command: null, withheld: [], outcome: 'started', reason: null, sessions: [] } as const;
  if (appendLine(file, encodeEntry({ ...entry, ...rest }))) await trimHistory(file).catch(() => {});
}
