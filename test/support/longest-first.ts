/** The order of test files: those that are known to take long begin first, so that none is left over at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Each takes more than a minute, the first one where it installs its editor; in the order in which they begin. */
export const LONG = [
  'test/web/editor',
  'test/lab/flags/commands-flags',
  'test/lab/names',
  'test/lab/upgrades',
  'test/lab/system-scope',
  'test/lab/out-of-memory',
  'test/lab/system-deaths',
  'test/lab/release',
  'test/lab/cuts',
  'test/lab/memory-v2',
  'test/web/page-many',
  'test/web/page-looks',
  'test/lab/fleet-faults',
  'test/lab/pool-race',
  'test/lab/harness',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const known = LONG.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
      return known < 0 ? LONG.length : known;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
