/** That secrets were found in what is about to leave, and nothing was sent. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { counted } from '../render/counted.ts';
import type { Finding } from './secret-scan.ts';

export function secretsFound(findings: readonly Finding[]): BerthError {
  const what = counted(findings.length, 'secret');
  const [first] = findings;
  const more = findings.length > 1 ? `, and ${findings.length - 1} more` : '';
  const message = `${what} in the repository, nothing was sent: ${first ? findingText(first) : ''}${more}`;
  return new BerthError('SECRETS_FOUND', message);
}

/** `FILE:LINE: RULE (MASKED)`, and which branch has it. */
export function findingText({ path, line, rule, masked, where }: Finding): string {
  return oneLine(`${path}:${line}: ${rule} (${masked})${where ? ` on ${where}` : ''}`);
}
