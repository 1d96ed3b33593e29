/**
 * How the tests run: unit tests at once in a process each, tests on real binaries two more
 * than there are CPUs at a time, tests on whole hosts and of the browser one more than that.
 */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const common = { pool: 'forks', testTimeout: 30_000, hookTimeout: 30_000, teardownTimeout: 20_000 } as const;

/** Hosts boot, ssh waits for what is gone, QEMU and browsers use all they get. */
const WHOLE_HOSTS = availableParallelism() + 1;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          ...common,
          name: 'unit',
          // They leave nothing behind in their process: one for all of a worker's files is a third of the work.
          isolate: false,
          globalSetup: ['test/support/leak-setup.ts'],
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'test/*.test.ts', 'test/support/*.test.ts'],
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...common,
          name: 'real',
          isolate: false,
          globalSetup: ['test/support/build-setup.ts', 'test/support/leak-setup.ts'],
          include: ['test/e2e/**/*.test.ts', 'test/fault/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // They wait for programs about as long as they use a CPU.
          maxWorkers: availableParallelism() + 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...common,
          name: 'web',
          isolate: false,
          globalSetup: ['test/support/build-setup.ts', 'test/support/leak-setup.ts'],
          include: ['test/web/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // As those of the lab, with which they can run at once: what waits leaves room for what draws.
          maxWorkers: WHOLE_HOSTS,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          ...common,
          name: 'lab',
          globalSetup: [
            'test/support/build-setup.ts',
            'test/support/lab/setup.ts',
            'test/support/leak-setup.ts',
          ],
          include: ['test/lab/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: WHOLE_HOSTS,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
