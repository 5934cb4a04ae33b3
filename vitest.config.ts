import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const shared = {
  pool: 'forks' as const,
  exclude: ['**/node_modules/**', '**/dist/**'],
  // How long a condition may take says nothing of the speed, only when to give it up: one second is soon over where others work.
  expect: { poll: { timeout: 15_000 } },
};

/** Most of the time of these files is waiting: on two cores three of them go side by side. */
const maxWorkers = Math.max(3, availableParallelism() - 1);

/** The tests of the alerts begin with half a minute without orders, which is there before any other test has run. */
class AlertsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isFirst = ({ moduleId }: TestSpecification) => moduleId.endsWith('tests/integration/alerts.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isFirst), ...sorted.filter((file) => !isFirst(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: AlertsFirst },
    projects: [
      {
        test: {
          ...shared,
          name: 'parts',
          include: [
            '{packages,functions-order,functions-inventory,grpc-inventory-host,local,scripts,tests/demo,tests/infra,tests/system,web,dashboard}/**/*.test.ts',
          ],
          globalSetup: ['./tests/setup/postgres.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'system',
          include: ['tests/integration/**/*.test.ts'],
          // One system for all files, which take turns with it.
          globalSetup: ['./tests/setup/system.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          // The whole system with both sites, for all files, which take turns with it.
          globalSetup: ['./tests/setup/e2e.ts'],
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
