/** What becomes of secrets that were found in what is about to leave: a person is asked, a script stops. */
import type { Console } from '../render/console.ts';
import { counted } from '../render/counted.ts';
import { confirm } from '../render/picker.ts';
import type { Finding } from '../workspace/secret-scan.ts';
import { findingText, secretsFound } from '../workspace/secrets-found.ts';

/** Lines that are shown. */
const SHOWN = 20;

/** Throws SECRETS_FOUND unless they may go. */
export async function judgeSecrets(
  findings: readonly Finding[],
  { allowed, console }: { allowed: boolean; console: Console },
): Promise<void> {
  const what = counted(findings.length, 'secret');
  if (allowed) {
    if (!console.json) console.err(`berth: ${what} go along, as --allow-secrets says\n`);
    return;
  }
  if (!console.json) {
    for (const finding of findings.slice(0, SHOWN)) console.err(`  ${findingText(finding)}\n`);
    if (findings.length > SHOWN) console.err(`  and ${findings.length - SHOWN} more\n`);
  }
  if (console.canAsk && !console.json) {
    if (await confirm(console, `${what} would go to a host with the repository: send all the same?`)) return;
  }
  throw secretsFound(findings);
}
