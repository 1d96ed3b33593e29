/** Says in one last line how many tests passed and failed, out of vitest's JSON report. */
import { readFileSync } from 'node:fs';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** A file that did not even load, and a run that failed around its tests, count as failures. */
function summary(report: Report, runnerCode: number): { line: string; failed: number } {
  const broken = report.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0);
  const counted = report.numFailedTests + broken.length;
  const failed = counted === 0 && (runnerCode !== 0 || report.numPassedTests === 0) ? 1 : counted;
  const skipped = report.numPendingTests > 0 ? ` (${report.numPendingTests} skipped)` : '';
  return { line: `${report.numPassedTests} passed, ${failed} failed${skipped}`, failed };
}

function read(path: string): Report {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
  }
}

const [path = '', code = '1'] = process.argv.slice(2);
const { line, failed } = summary(read(path), Number(code));
console.log(line);
process.exitCode = failed > 0 ? 1 : 0;
