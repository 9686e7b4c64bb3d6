import { configDefaults, defineConfig } from 'vitest/config';
import SummaryReporter from './tools/summary-reporter.ts';

/** Tests are filed by what they need. Everything that computes on an adapter runs in one process, one file at a time. */
function project(name: string, groupOrder: number, seconds: number, oneProcess: boolean): object {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      exclude: [...configDefaults.exclude, 'test/**/golden/**'],
      pool: 'forks', // the choice of a Vulkan driver is an environment variable, which threads do not have
      sequence: { groupOrder },
      testTimeout: seconds * 1000,
      hookTimeout: seconds * 1000,
      ...(oneProcess && { isolate: false, fileParallelism: false, maxWorkers: 1 }),
    },
  };
}

export default defineConfig({
  test: {
    reporters: ['default', new SummaryReporter()],
    projects: [
      project('unit', 0, 20, false),
      project('kernels', 1, 60, true),
      project('model', 2, 180, true),
      project('runtime', 3, 240, true),
    ],
  },
});
