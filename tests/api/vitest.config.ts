// How the suite runs: one worker, files in the order of their names, every reporter's outcome on disk.
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { settings } from './support/settings.ts';

// Some cases count rows of the whole database (M-20), and the last file judges all answers of the run:
// the order is part of the suite.
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  }
}

const slow = settings.sanitized ? 6 : 1;

export default defineConfig({
  test: {
    include: ['cases/**/*.test.ts'],
    // What starts servers of its own and says in which environment: once on each database is enough.
    exclude: settings.environment === 'test' ? [] : ['41b_control_health', '45_smtp', '46_tls', '48b_flood', '60_stack_script'].map((name) => `cases/${name}.test.ts`),
    globalSetup: ['./support/global_setup.ts'],
    pool: 'forks',
    isolate: false,
    fileParallelism: false,
    maxWorkers: 1,
    retry: 0,
    testTimeout: 30_000 * slow,
    hookTimeout: 60_000 * slow,
    teardownTimeout: 60_000,
    sequence: { sequencer: ByName, shuffle: false, concurrent: false },
    reporters: ['default', ['json', { outputFile: settings.report }]],
    expect: { requireAssertions: true },
    passWithNoTests: false,
    allowOnly: false,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
