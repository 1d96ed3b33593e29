/** The order of test files: those that are known to take long begin first, so that none is left over at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Each takes more than a minute; in the order in which they begin. */
const LONG = ['test/lab/flags/commands-flags', 'test/lab/names', 'test/lab/cuts'];

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
